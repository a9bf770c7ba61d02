import { Problem } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import { type Queries, webhooks } from '../../platform/database/index.ts';
import { isUuid } from '../../platform/http/index.ts';
import type { ProjectRow } from '../publishing/index.ts';
import type { WebhookRow } from './webhook.ts';

type Project = Pick<ProjectRow, 'id' | 'key'>;

/** The webhook with this id; 404 when there is none. */
export async function findWebhook(queries: Queries, project: Project, id: string): Promise<WebhookRow> {
  const [row] = isUuid(id) ? await queries.select().from(webhooks).where(isOne(project, id)) : [];
  return found(row, project, id);
}

/** The same, to be changed: others who would wait until the transaction ends. */
export async function lockWebhook(tx: Queries, project: Project, id: string): Promise<WebhookRow> {
  const [row] = isUuid(id) ? await tx.select().from(webhooks).where(isOne(project, id)).for('update') : [];
  return found(row, project, id);
}

function isOne(project: Project, id: string) {
  return and(eq(webhooks.id, id), eq(webhooks.projectId, project.id));
}

function found(row: WebhookRow | undefined, project: Project, id: string): WebhookRow {
  if (row !== undefined) return row;
  throw new Problem('not_found', `Cannot find webhook "${id}" in project "${project.key}"`);
}
