import type { Page, Webhook } from '@fauna-flags/protocol';
import { and, asc, eq, type SQL, sql } from 'drizzle-orm';
import { searchIn, webhooks } from '../../platform/database/index.ts';
import { isUuid, type ListRequest, pageOf } from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { toWebhook } from './webhook.ts';

/** Whether a text is a place in this list: when the webhook was made, and its id for those of the same millisecond. */
export function isWebhookPlace(text: string): boolean {
  const [ms = '', id = ''] = text.split(' ', 2);
  return /^\d{1,14}$/.test(ms) && isUuid(id) && text === `${ms} ${id}`;
}

/** A project's webhooks in the order they were made. */
export async function listWebhooks(
  { database, now }: Pick<WriteDeps, 'database' | 'now'>,
  projectKey: string,
  { limit, cursor, query }: ListRequest,
): Promise<Page<Webhook>> {
  const project = await findProject(database.read, projectKey);
  const rows = await database.read
    .select()
    .from(webhooks)
    .where(
      and(
        eq(webhooks.projectId, project.id),
        cursor === undefined ? undefined : isAfter(cursor),
        query === undefined ? undefined : searchIn(webhooks.searchText, query),
      ),
    )
    .orderBy(asc(webhooks.createdAt), asc(webhooks.id))
    .limit(limit + 1);
  const at = now();
  return pageOf(rows, limit, {
    item: (row) => toWebhook(row, project.key, at),
    place: ({ createdAt, id }) => `${createdAt.getTime()} ${id}`,
  });
}

function isAfter(place: string): SQL {
  const [ms = '', id = ''] = place.split(' ', 2);
  return sql`(${webhooks.createdAt}, ${webhooks.id}) > (${new Date(Number(ms)).toISOString()}::timestamptz, ${id}::uuid)`;
}
