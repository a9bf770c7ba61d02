import { createHash } from 'node:crypto';
import type { Webhook } from '@fauna-flags/protocol';
import type { webhooks } from '../../platform/database/index.ts';

/** A webhook as the database holds it. */
export type WebhookRow = typeof webhooks.$inferSelect;

/** A webhook as answers carry it. */
export function toWebhook(row: WebhookRow, project: string, now: Date): Webhook {
  return {
    id: row.id,
    project,
    name: row.name,
    url: row.url,
    format: row.format,
    events: [...row.events],
    environments: row.environments === null ? null : [...row.environments],
    enabled: row.enabled,
    oldSecretUntil:
      row.oldSecretUntil !== null && row.oldSecretUntil > now ? row.oldSecretUntil.toISOString() : null,
    state: stateOf(row, now),
    failures: row.failures,
    failingSince: row.failingSince?.toISOString() ?? null,
    pausedUntil: row.pausedUntil?.toISOString() ?? null,
    disabledReason: row.disabledReason,
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/**
 * A webhook as the audit trail carries it, which more people may read than webhooks: of the URL only where it leads, as with
 * Slack and others whoever knows the path may post. A mark tells whether it is another one.
 */
export function toAuditedWebhook(row: WebhookRow): object {
  const mark = createHash('sha256').update(row.url).digest('hex').slice(0, 8);
  return {
    id: row.id,
    name: row.name,
    url: `${new URL(row.url).origin}/…${mark}`,
    format: row.format,
    events: row.events,
    environments: row.environments,
    enabled: row.enabled,
    oldSecretUntil: row.oldSecretUntil?.toISOString() ?? null,
    disabledReason: row.disabledReason,
    revision: row.revision,
  };
}

function stateOf(row: WebhookRow, now: Date): Webhook['state'] {
  if (!row.enabled) return 'disabled';
  if (row.pausedUntil !== null && row.pausedUntil > now) return 'paused';
  return row.failures > 0 ? 'failing' : 'active';
}
