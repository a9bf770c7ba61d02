import { and, eq, sql } from 'drizzle-orm';
import {
  auditEntries,
  type Database,
  projects,
  webhookDeliveries,
  webhooks,
} from '../../platform/database/index.ts';
import type { DeliveryRow } from './delivery.ts';
import type { EntryRow } from './event.ts';
import type { WebhookRow } from './webhook.ts';

/*
 * One manager at a time sends to a webhook, so that what is sent keeps its order. It holds the webhook by a lease that is
 * written down and not by a lock: a send may take seconds, and no connection to the database is to be held for that long.
 * The database's clock alone says when a lease ends and what is due, so that managers whose clocks differ never both hold
 * one, and none of them tries sooner or later than another has meant.
 */

/**
 * Until when a lease lasts that is taken or renewed now: longer than a send may take. When a manager has died, another one
 * goes on with its webhooks after this.
 */
export const leaseEnd = sql`now() + interval '15 seconds'`;

/** What time it is by the database's clock. */
export const databaseTime = sql`now()`.mapWith(webhooks.updatedAt);

/** Takes up to `count` webhooks that have something due and that nobody sends to; those that have waited longest first. */
export async function leaseDue(
  database: Database,
  { holder, count }: { readonly holder: string; readonly count: number },
): Promise<readonly string[]> {
  const { rows } = await database.read.execute<{ id: string }>(sql`
    WITH due AS MATERIALIZED (
      SELECT id FROM webhooks AS webhook
      WHERE enabled AND (paused_until IS NULL OR paused_until <= now()) AND (leased_by IS NULL OR leased_until <= now())
        AND EXISTS (
          SELECT FROM webhook_deliveries
          WHERE webhook_id = webhook.id AND status = 'pending' AND next_try_at <= now()
        )
      ORDER BY leased_until NULLS FIRST LIMIT ${count} FOR UPDATE SKIP LOCKED
    )
    UPDATE webhooks SET leased_by = ${holder}, leased_until = ${leaseEnd}
    FROM due WHERE webhooks.id = due.id RETURNING webhooks.id
  `);
  return rows.map(({ id }) => id);
}

/** A delivery that is to be tried now, and all that its try is made of. */
export interface DueDelivery {
  readonly webhook: WebhookRow;
  readonly project: string;
  readonly delivery: DeliveryRow;
  readonly entry: EntryRow;
  /** What time it is. */
  readonly at: Date;
}

/** The oldest delivery of a leased webhook that is due; `undefined` when there is none, or the lease is another's by now. */
export async function nextDue(
  { read }: Database,
  { id, holder }: { readonly id: string; readonly holder: string },
): Promise<DueDelivery | undefined> {
  const [due] = await read
    .select({
      webhook: webhooks,
      project: projects.key,
      delivery: webhookDeliveries,
      entry: auditEntries,
      at: databaseTime,
    })
    .from(webhookDeliveries)
    .innerJoin(webhooks, eq(webhooks.id, webhookDeliveries.webhookId))
    .innerJoin(projects, eq(projects.id, webhooks.projectId))
    .innerJoin(
      auditEntries,
      and(eq(auditEntries.projectId, webhooks.projectId), eq(auditEntries.seq, webhookDeliveries.seq)),
    )
    .where(
      and(
        eq(webhooks.id, id),
        eq(webhooks.leasedBy, holder),
        sql`${webhooks.leasedUntil} > now()`,
        webhooks.enabled,
        sql`(${webhooks.pausedUntil} IS NULL OR ${webhooks.pausedUntil} <= now())`,
        eq(webhookDeliveries.status, 'pending'),
        sql`${webhookDeliveries.nextTryAt} <= now()`,
      ),
    )
    .orderBy(webhookDeliveries.number)
    .limit(1);
  return due;
}

/** Lets others send to a webhook. */
export async function endLease(
  { read }: Database,
  { id, holder }: { readonly id: string; readonly holder: string },
): Promise<void> {
  await read
    .update(webhooks)
    .set({ leasedBy: null, leasedUntil: sql`now()` })
    .where(and(eq(webhooks.id, id), eq(webhooks.leasedBy, holder)));
}
