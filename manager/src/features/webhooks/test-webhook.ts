import { randomUUID } from 'node:crypto';
import { Problem, type WebhookDelivery } from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { webhookDeliveries, webhooks } from '../../platform/database/index.ts';
import { findProject } from '../projects/index.ts';
import type { WebhookScope } from './change-webhook.ts';
import { toDelivery } from './delivery.ts';
import { testEvent } from './event.ts';
import { findWebhook } from './find-webhook.ts';
import { resultOf, send } from './send.ts';
import type { WebhookDeps } from './webhook-deps.ts';

/** Tests under way in one process: each may hold a request for seconds. */
const testsMax = 8;

/**
 * Sends a test at once, to a webhook that is disabled too, and answers how it went. One that went well ends a pause; one that
 * did not says nothing about the webhook, whose admin may just be trying.
 */
export function webhookTests(deps: WebhookDeps): (scope: WebhookScope) => Promise<WebhookDelivery> {
  let underWay = 0;
  return async (scope) => {
    if (underWay >= testsMax)
      throw new Problem('rate_limited', 'Cannot test the webhook: too many tests are under way', {
        retryAfterSeconds: 5,
      });
    underWay += 1;
    try {
      return await testWebhook(deps, scope);
    } finally {
      underWay -= 1;
    }
  };
}

async function testWebhook(deps: WebhookDeps, { actor, ...where }: WebhookScope): Promise<WebhookDelivery> {
  const { read } = deps.database;
  const project = await findProject(read, where.project);
  const webhook = await findWebhook(read, project, where.id);
  const id = randomUUID();
  const at = deps.now();
  const event = testEvent(
    { id, at, actor: actor.name, webhookId: webhook.id },
    { project: project.key, url: deps.webhooks.url },
  );
  const sent = await send(deps.webhooks, { webhook, deliveryId: id, event, at });
  const { isDelivered, ...result } = resultOf(sent);
  const row = {
    ...result,
    id,
    webhookId: webhook.id,
    seq: null,
    event: event.type,
    status: isDelivered ? ('delivered' as const) : ('failed' as const),
    tries: 1,
    triesMax: 1,
    nextTryAt: null,
    lastTryAt: at,
    createdAt: at,
  };
  await keep(deps, webhook.id, row);
  return toDelivery({ ...row, number: 0 });
}

/** A webhook that was deleted meanwhile has no log. */
function keep(
  { database, webhooks: { nudge } }: WebhookDeps,
  webhookId: string,
  row: typeof webhookDeliveries.$inferInsert,
): Promise<void> {
  return database
    .transaction(async (tx) => {
      const [webhook] = await tx.select().from(webhooks).where(eq(webhooks.id, webhookId)).for('update');
      if (webhook === undefined) return;
      await tx.insert(webhookDeliveries).values(row);
      if (row.status !== 'delivered') return;
      const healthy = { failures: 0, failingSince: null, pausedUntil: null };
      await tx.update(webhooks).set(healthy).where(eq(webhooks.id, webhookId));
    })
    .then(nudge);
}
