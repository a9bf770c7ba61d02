import { randomUUID } from 'node:crypto';
import { Problem, type WebhookDelivery } from '@fauna-flags/protocol';
import { and, desc, eq, gt, isNull } from 'drizzle-orm';
import { type Queries, webhookDeliveries, webhooks } from '../../platform/database/index.ts';
import { findProject } from '../projects/index.ts';
import type { WebhookScope } from './change-webhook.ts';
import { toDelivery } from './delivery.ts';
import { testEvent } from './event.ts';
import { findWebhook } from './find-webhook.ts';
import { healthy } from './health.ts';
import { resultOf, send } from './send.ts';
import type { WebhookRow } from './webhook.ts';
import type { WebhookDeps } from './webhook-deps.ts';

/** Tests under way in one process: each may hold a request for seconds. */
const testsMax = 8;
/** Tests of one webhook in the log within this time, by whichever manager: more would be no tests, and would fill the log. */
const testsOfOneMax = 20;
const testsOfOneMs = 10 * 60 * 1_000;

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
  await requireFewTests(read, webhook, at);
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

async function requireFewTests(read: Queries, webhook: WebhookRow, at: Date): Promise<void> {
  const tests = await read
    .select({ at: webhookDeliveries.createdAt })
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.webhookId, webhook.id),
        isNull(webhookDeliveries.seq),
        gt(webhookDeliveries.createdAt, new Date(at.getTime() - testsOfOneMs)),
      ),
    )
    .orderBy(desc(webhookDeliveries.createdAt))
    .limit(testsOfOneMax);
  const first = tests[testsOfOneMax - 1];
  if (first === undefined) return;
  throw new Problem(
    'rate_limited',
    `Cannot test webhook "${webhook.name}": it was tested ${testsOfOneMax} times within ten minutes`,
    { retryAfterSeconds: Math.max(1, Math.ceil((first.at.getTime() + testsOfOneMs - at.getTime()) / 1_000)) },
  );
}

/** A webhook that was deleted meanwhile has no log. */
function keep(
  { database, webhooks: { wake } }: WebhookDeps,
  webhookId: string,
  row: typeof webhookDeliveries.$inferInsert,
): Promise<void> {
  return database
    .transaction(async (tx) => {
      const [webhook] = await tx.select().from(webhooks).where(eq(webhooks.id, webhookId)).for('update');
      if (webhook === undefined) return;
      await tx.insert(webhookDeliveries).values(row);
      if (row.status !== 'delivered') return;
      await tx.update(webhooks).set(healthy).where(eq(webhooks.id, webhookId));
    })
    .then(wake);
}
