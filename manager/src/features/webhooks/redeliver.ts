import { Problem, type WebhookDelivery } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import { webhookDeliveries, webhooks } from '../../platform/database/index.ts';
import { isUuid } from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';
import { toDelivery } from './delivery.ts';
import { lockWebhook } from './find-webhook.ts';
import { databaseTime } from './lease.ts';
import { triesMax } from './retry.ts';
import type { WebhookDeps } from './webhook-deps.ts';

/**
 * Sends a delivery again, under the same id: at once, and as often as a new one if it fails. A webhook that is paused is
 * tried for it.
 */
export async function redeliver(
  { database, webhooks: { wake } }: WebhookDeps,
  where: { readonly project: string; readonly id: string; readonly delivery: string },
): Promise<WebhookDelivery> {
  const delivery = await database.transaction(async (tx) => {
    const project = await findProject(tx, where.project);
    const webhook = await lockWebhook(tx, project, where.id);
    const [row] = isUuid(where.delivery)
      ? await tx
          .select()
          .from(webhookDeliveries)
          .where(and(eq(webhookDeliveries.id, where.delivery), eq(webhookDeliveries.webhookId, webhook.id)))
          .for('update')
      : [];
    if (row === undefined)
      throw new Problem('not_found', `Cannot find delivery "${where.delivery}" of webhook "${webhook.name}"`);
    if (!webhook.enabled)
      throw new Problem(
        'unprocessable',
        `Cannot redeliver: webhook "${webhook.name}" is disabled; enable it first`,
      );
    if (row.seq === null) throw new Problem('unprocessable', 'Cannot redeliver a test: send a new one');
    const [again = row] = await tx
      .update(webhookDeliveries)
      .set({ status: 'pending', nextTryAt: databaseTime, triesMax: row.tries + triesMax })
      .where(eq(webhookDeliveries.id, row.id))
      .returning();
    await tx.update(webhooks).set({ pausedUntil: null }).where(eq(webhooks.id, webhook.id));
    return toDelivery(again);
  });
  wake();
  return delivery;
}
