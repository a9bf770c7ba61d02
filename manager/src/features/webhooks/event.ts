import type { WebhookEvent } from '@fauna-flags/protocol';
import type { auditEntries } from '../../platform/database/index.ts';

/** An entry of the audit trail as the database holds it. */
export type EntryRow = typeof auditEntries.$inferSelect;

/** Where an event is told of. */
export interface EventPlace {
  /** The key of the project. */
  readonly project: string;
  /** The address of the dashboard, where somebody has said it. */
  readonly url: string | undefined;
}

/** What an entry of the audit trail tells webhooks. */
export function eventOf(entry: EntryRow, { project, url }: EventPlace): WebhookEvent {
  const entity = { kind: entry.entityKind, key: entry.entityKey };
  const page =
    entry.after === null ? undefined : dashboardPathOf({ project, entity, environment: entry.environment });
  return {
    id: String(entry.id),
    type: entry.action,
    at: entry.at.toISOString(),
    seq: entry.seq,
    actor: entry.actor,
    project,
    environment: entry.environment,
    entity,
    before: entry.before,
    after: entry.after,
    isShortened: false,
    url: url === undefined || page === undefined ? null : `${url}${page}`,
  };
}

/** What a test tells: nothing has changed. */
export function testEvent(
  { id, at, actor, webhookId }: { id: string; at: Date; actor: string; webhookId: string },
  { project }: EventPlace,
): WebhookEvent {
  return {
    id,
    type: 'test',
    at: at.toISOString(),
    seq: null,
    actor,
    project,
    environment: null,
    entity: { kind: 'webhook', key: webhookId },
    before: null,
    after: null,
    isShortened: false,
    url: null,
  };
}

/** The page of the dashboard that shows a thing. */
function dashboardPathOf({
  project,
  entity: { kind, key },
  environment,
}: Pick<WebhookEvent, 'project' | 'entity' | 'environment'>): string | undefined {
  const place = environment === null ? '' : `?environment=${encodeURIComponent(environment)}`;
  const pages: Readonly<Record<string, string>> = {
    flag: `/flags/${encodeURIComponent(key)}${place}`,
    audience: `/audiences/${encodeURIComponent(key)}`,
    attribute: '/attributes',
    'sdk-key': `/sdk-keys${place}`,
    environment: '/environments',
    project: '/flags',
  };
  const page = Object.hasOwn(pages, kind) ? pages[kind] : undefined;
  return page && `/projects/${encodeURIComponent(project)}${page}`;
}
