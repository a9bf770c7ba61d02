import { and, eq } from 'drizzle-orm';
import { type Database, type Queries, webhookDeliveries, webhooks } from '../../platform/database/index.ts';
import type { Sent } from '../../platform/egress/index.ts';
import type { DeliveryRow } from './delivery.ts';
import { healthy } from './health.ts';
import { databaseTime, leaseEnd } from './lease.ts';
import { pauseMs, reasonToDisable, retryWaitMs, triesMax } from './retry.ts';
import { resultOf } from './send.ts';
import type { WebhookRow } from './webhook.ts';

/** A try that has ended. */
export interface EndedTry {
  readonly delivery: Pick<DeliveryRow, 'id' | 'webhookId'>;
  readonly sent: Sent;
  readonly holder: string;
  /** In [0, 1). */
  readonly random: () => number;
}

/** What follows from a try. */
export interface Conclusion {
  /** Whether the webhook is still held by whoever made the try, so that it may go on. */
  readonly isHeld: boolean;
  /** Why the webhook is to be disabled. */
  readonly disable?: string | undefined;
}

/** The same, and when by the database's clock, by which it is tried again. */
interface EndedTryThen extends EndedTry {
  readonly at: Date;
}

/** Writes down what became of a try, and what it says about the webhook. */
export function concludeTry(database: Database, ended: EndedTry): Promise<Conclusion> {
  return database.transaction(async (tx) => {
    const [locked] = await tx
      .select({ webhook: webhooks, at: databaseTime })
      .from(webhooks)
      .where(eq(webhooks.id, ended.delivery.webhookId))
      .for('update');
    const [delivery] = await tx
      .select()
      .from(webhookDeliveries)
      .where(eq(webhookDeliveries.id, ended.delivery.id));
    if (locked === undefined || delivery === undefined) return { isHeld: false };
    const { webhook, at } = locked;
    await writeDelivery(tx, delivery, { ...ended, at });
    // What others have found out meanwhile is newer.
    if (webhook.leasedBy !== ended.holder || !webhook.enabled) return { isHeld: false };
    const health = healthAfter(webhook, { ...ended, at });
    await tx
      .update(webhooks)
      .set({ ...health, leasedUntil: leaseEnd })
      .where(eq(webhooks.id, webhook.id));
    const { failures, failingSince } = health;
    const reason = resultOf(ended.sent).reason ?? '';
    return {
      isHeld: true,
      disable: failingSince === null ? undefined : reasonToDisable({ failures, failingSince, at, reason }),
    };
  });
}

async function writeDelivery(tx: Queries, delivery: DeliveryRow, ended: EndedTryThen): Promise<void> {
  const { isDelivered, ...result } = resultOf(ended.sent);
  const tries = delivery.tries + 1;
  const isOver = isDelivered || tries >= delivery.triesMax;
  const nextTryAt = isOver
    ? null
    : new Date(ended.at.getTime() + retryWaitMs(triesSinceBegun(delivery), ended.random()));
  await tx
    .update(webhookDeliveries)
    .set({
      ...result,
      tries,
      lastTryAt: ended.at,
      status: isDelivered ? 'delivered' : isOver ? 'failed' : 'pending',
      nextTryAt,
    })
    .where(
      and(
        eq(webhookDeliveries.id, delivery.id),
        // A try that has failed does not take back that it was delivered, or given up, meanwhile.
        isDelivered ? undefined : eq(webhookDeliveries.status, 'pending'),
      ),
    );
}

/** How often it was tried since it was made, or sent again by somebody, this try included. */
function triesSinceBegun({ tries, triesMax: last }: DeliveryRow): number {
  return triesMax - (last - tries) + 1;
}

function healthAfter(
  webhook: WebhookRow,
  { sent, at, random }: EndedTryThen,
): Pick<WebhookRow, 'failures' | 'failingSince' | 'pausedUntil'> {
  if (resultOf(sent).isDelivered) return healthy;
  const failures = webhook.failures + 1;
  const pause = pauseMs(failures, random());
  return {
    failures,
    failingSince: webhook.failingSince ?? at,
    pausedUntil: pause === undefined ? null : new Date(at.getTime() + pause),
  };
}
