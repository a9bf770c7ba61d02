import { randomUUID } from 'node:crypto';
import { isEventWanted } from '@fauna-flags/protocol';
import { and, asc, count, eq, gt, lt, sql } from 'drizzle-orm';
import {
  auditChains,
  auditEntries,
  type Database,
  webhookDeliveries,
  webhooks,
} from '../../platform/database/index.ts';
import type { EntryRow } from './event.ts';
import { databaseTime } from './lease.ts';
import { triesMax } from './retry.ts';
import type { WebhookRow } from './webhook.ts';

/*
 * Turns entries of the audit trail into deliveries. The trail is the outbox: it is written in the transaction of each change,
 * and its entries have numbers in the order of commits, without a gap. So whatever lies behind a webhook's cursor is all that
 * was committed since, and the cursor moves in the transaction that makes the deliveries: nothing is lost and nothing is made
 * twice, whenever a manager dies. Writers know nothing of it.
 */

/** Webhooks that one query finds. */
const webhooksAtOnce = 50;
/** Entries that one webhook is moved on by at once. */
const entriesAtOnce = 200;
/** Deliveries that wait at one webhook. More stay in the audit trail until there is room: none of them is lost. */
const pendingMax = 1_000;

/** Whether any webhook is enabled. */
export async function hasEnabledWebhooks({ read }: Database): Promise<boolean> {
  const rows = await read
    .select({ id: webhooks.id })
    .from(webhooks)
    .where(eq(webhooks.enabled, true))
    .limit(1);
  return rows.length > 0;
}

/** Moves every webhook that is behind and has room on by some entries; answers whether any of them can be moved on further. */
export async function makeDeliveries(
  database: Database,
  { signal }: { readonly signal: AbortSignal },
): Promise<boolean> {
  let isMore = false;
  let page: readonly Place[] = [];
  do {
    page = await behindWithRoom(database, page.at(-1));
    for (const { id } of page) {
      if (signal.aborted) return false;
      if (await moveOn(database, id)) isMore = true;
    }
  } while (page.length === webhooksAtOnce);
  return isMore;
}

type Place = Pick<WebhookRow, 'id' | 'cursor'>;

/**
 * The next webhooks after a place that are behind and have room, by cursor and id. One that is full, or held by somebody, keeps
 * its place and keeps nobody after it waiting.
 */
function behindWithRoom({ read }: Database, after: Place | undefined): Promise<readonly Place[]> {
  const pending = read
    .select({ id: webhookDeliveries.id })
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.webhookId, webhooks.id), eq(webhookDeliveries.status, 'pending')))
    .limit(pendingMax);
  return read
    .select({ id: webhooks.id, cursor: webhooks.cursor })
    .from(webhooks)
    .innerJoin(auditChains, eq(auditChains.chain, webhooks.projectId))
    .where(
      and(
        eq(webhooks.enabled, true),
        lt(webhooks.cursor, auditChains.seq),
        after && sql`(${webhooks.cursor}, ${webhooks.id}) > (${after.cursor}, ${after.id})`,
        sql`(SELECT count(*) FROM ${pending} AS pending) < ${pendingMax}`,
      ),
    )
    .orderBy(asc(webhooks.cursor), asc(webhooks.id))
    .limit(webhooksAtOnce);
}

/** Answers whether there are more entries than it took, and room for them. */
function moveOn(database: Database, id: string): Promise<boolean> {
  return database.transaction(async (tx) => {
    const [locked] = await tx
      .select({ webhook: webhooks, at: databaseTime })
      .from(webhooks)
      .where(and(eq(webhooks.id, id), eq(webhooks.enabled, true)))
      // Whoever holds it moves it on, or changes it.
      .for('update', { skipLocked: true });
    if (locked === undefined) return false;
    const { webhook, at } = locked;
    const [pending] = await tx
      .select({ deliveries: count() })
      .from(webhookDeliveries)
      .where(and(eq(webhookDeliveries.webhookId, id), eq(webhookDeliveries.status, 'pending')));
    const room = Math.min(entriesAtOnce, pendingMax - (pending?.deliveries ?? 0));
    if (room <= 0) return false;
    const { seq, action, environment, entityKind, entityKey } = auditEntries;
    const entries = await tx
      .select({ seq, action, environment, entityKind, entityKey })
      .from(auditEntries)
      .where(and(eq(auditEntries.projectId, webhook.projectId), gt(seq, webhook.cursor)))
      .orderBy(asc(seq))
      .limit(room);
    const last = entries.at(-1);
    if (last === undefined) return false;
    const wanted = entries.filter((entry) => isWanted(webhook, entry));
    if (wanted.length > 0)
      await tx.insert(webhookDeliveries).values(wanted.map((entry) => newDelivery(id, entry, at)));
    await tx.update(webhooks).set({ cursor: last.seq }).where(eq(webhooks.id, id));
    return entries.length === room;
  });
}

type Filtered = Pick<EntryRow, 'seq' | 'action' | 'environment' | 'entityKind' | 'entityKey'>;

/** What belongs to no environment in particular may matter in every one. Nobody needs a webhook to hear of its own changes. */
function isWanted(webhook: WebhookRow, { action, environment, entityKind, entityKey }: Filtered): boolean {
  if (entityKind === 'webhook' && entityKey === webhook.id) return false;
  const isHere =
    webhook.environments === null || environment === null || webhook.environments.includes(environment);
  return isHere && isEventWanted(webhook.events, action);
}

function newDelivery(webhookId: string, { seq, action }: Filtered, at: Date) {
  return {
    id: randomUUID(),
    webhookId,
    seq,
    event: action,
    status: 'pending' as const,
    triesMax,
    nextTryAt: at,
    createdAt: at,
  };
}
