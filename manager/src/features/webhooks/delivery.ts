import type { WebhookDelivery } from '@fauna-flags/protocol';
import type { webhookDeliveries } from '../../platform/database/index.ts';

/** A delivery as the database holds it. */
export type DeliveryRow = typeof webhookDeliveries.$inferSelect;

/** A delivery as answers carry it. */
export function toDelivery(row: DeliveryRow): WebhookDelivery {
  return {
    id: row.id,
    event: row.event,
    seq: row.seq,
    status: row.status,
    tries: row.tries,
    nextTryAt: row.nextTryAt?.toISOString() ?? null,
    lastTryAt: row.lastTryAt?.toISOString() ?? null,
    durationMs: row.durationMs,
    httpStatus: row.httpStatus,
    reason: row.reason,
    createdAt: row.createdAt.toISOString(),
  };
}
