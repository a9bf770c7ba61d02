import type { KeyUseRecord, UsageBatchRecord, UsageRecord } from '@fauna-flags/protocol';
import { and, inArray, sql } from 'drizzle-orm';
import {
  type Database,
  environments,
  flags,
  type Queries,
  sdkKeys,
  sdkKeyUses,
  usageHours,
  usageRecords,
} from '../../platform/database/index.ts';
import { isKey, isUuid } from '../../platform/http/index.ts';

/** A record, and the name that it is written down under once. */
export interface NamedUsage {
  readonly id: string;
  readonly record: UsageRecord;
}

/** What became of records. */
export interface KeptUsage {
  /** Batches and uses that were written down. */
  readonly kept: number;
  /** Records that had been written down before. */
  readonly repeated: number;
  /** Records of keys that there are not, or not in that environment; and those from far too long ago. */
  readonly refused: number;
  /** Evaluations of flags and variations that there are. */
  readonly evaluations: number;
  /** Evaluations of others, which nobody can look at. */
  readonly unknown: number;
  /** Server keys that a page in a browser has used, and had not for a day. */
  readonly inBrowsers: readonly { readonly keyId: string; readonly environmentId: string }[];
}

const hourMs = 3_600_000;
const minuteMs = 60_000;
/** A window of an SDK may reach back as far from when it was received: nobody's clock can spread counts over years. */
const windowMsMax = hourMs;
/** What waited longer in a store is no news. */
const ageMsMax = 30 * 24 * hourMs;
/** Between two alarms about one key. */
const alarmAgainMs = 24 * hourMs;

/**
 * Writes records down in one transaction: what has an id that was seen before is left out, so that a record counts once
 * however often it is handed over. The environment is the one of the SDK key; only flags and variations that exist get
 * rows, so that nobody who makes up names can fill the table. Rejects when nothing was written.
 */
export function keepUsage(database: Database, now: Date, named: readonly NamedUsage[]): Promise<KeptUsage> {
  return database.transaction(async (tx) => {
    const fresh = await firstTime(tx, now, named);
    const keys = await readKeys(tx, fresh);
    const good = fresh.filter(
      ({ keyId, environmentId, receivedAt }) =>
        keys.get(keyId)?.environmentId === environmentId && now.getTime() - receivedAt < ageMsMax,
    );
    const batches = good.filter((record): record is UsageBatchRecord => 'batch' in record);
    const uses = good.filter((record): record is KeyUseRecord => 'use' in record);
    const counted = await countBatches(tx, now, batches);
    return {
      kept: good.length,
      repeated: named.length - fresh.length,
      refused: fresh.length - good.length,
      ...counted,
      inBrowsers: await keepUses(tx, now, uses, keys),
    };
  });
}

async function firstTime(
  tx: Queries,
  now: Date,
  named: readonly NamedUsage[],
): Promise<readonly UsageRecord[]> {
  const byId = new Map(named.map(({ id, record }) => [id, record]));
  if (byId.size === 0) return [];
  // In one order, so that two managers who were handed the same wait for one another and not in a circle.
  const rows = await tx
    .insert(usageRecords)
    .values([...byId.keys()].sort().map((id) => ({ id, at: now })))
    .onConflictDoNothing()
    .returning({ id: usageRecords.id });
  return rows.flatMap(({ id }) => byId.get(id) ?? []);
}

type Keys = ReadonlyMap<string, { readonly environmentId: string; readonly kind: 'client' | 'server' }>;

async function readKeys(tx: Queries, records: readonly UsageRecord[]): Promise<Keys> {
  const ids = [...new Set(records.map(({ keyId }) => keyId))].filter(isUuid);
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select({ id: sdkKeys.id, environmentId: sdkKeys.environmentId, kind: sdkKeys.kind })
    .from(sdkKeys)
    .where(inArray(sdkKeys.id, ids));
  return new Map(rows.map(({ id, ...key }) => [id, key]));
}

async function countBatches(
  tx: Queries,
  now: Date,
  batches: readonly UsageBatchRecord[],
): Promise<Pick<KeptUsage, 'evaluations' | 'unknown'>> {
  const known = await readFlags(tx, batches);
  const rows = new Map<string, typeof usageHours.$inferInsert>();
  let evaluations = 0;
  let unknown = 0;
  for (const { environmentId, receivedAt, batch } of batches) {
    const hour = hourOf({ to: batch.window.to, receivedAt, now });
    for (const { flag, variation = '', count } of batch.counts) {
      const found = known.get(`${environmentId} ${flag}`);
      if (found === undefined || (variation !== '' && !found.variations.has(variation))) {
        unknown += count;
        continue;
      }
      evaluations += count;
      const place = [environmentId, found.id, hour.toISOString(), variation].join(' ');
      const before = rows.get(place)?.count ?? 0;
      rows.set(place, { environmentId, flagId: found.id, hour, variation, count: bounded(before + count) });
    }
  }
  const sorted = [...rows.keys()].sort().flatMap((place) => rows.get(place) ?? []);
  for (let at = 0; at < sorted.length; at += rowsPerStatement) {
    await tx
      .insert(usageHours)
      .values(sorted.slice(at, at + rowsPerStatement))
      .onConflictDoUpdate({
        target: [usageHours.flagId, usageHours.environmentId, usageHours.hour, usageHours.variation],
        set: { count: sql`least(${usageHours.count} + excluded.count, ${Number.MAX_SAFE_INTEGER})` },
      });
  }
  return { evaluations, unknown };
}

/** Five parameters a row, and a statement has 65,535. */
const rowsPerStatement = 5_000;

/** Sums stay numbers that JSON and JavaScript hold exactly. */
function bounded(count: number): number {
  return Math.min(count, Number.MAX_SAFE_INTEGER);
}

/** The hour in which the window ended, if that was shortly before it was received; else the one in which it was. */
function hourOf({ to, receivedAt, now }: { to: number; receivedAt: number; now: Date }): Date {
  const received = Math.min(receivedAt, now.getTime());
  const at = Math.min(received, Math.max(to, received - windowMsMax));
  return new Date(Math.floor(at / hourMs) * hourMs);
}

async function readFlags(
  tx: Queries,
  batches: readonly UsageBatchRecord[],
): Promise<ReadonlyMap<string, { readonly id: string; readonly variations: ReadonlySet<string> }>> {
  const ids = [...new Set(batches.map(({ environmentId }) => environmentId))];
  const names = new Set(batches.flatMap(({ batch }) => batch.counts.map(({ flag }) => flag)));
  const keys = [...names].filter(isKey);
  if (ids.length === 0 || keys.length === 0) return new Map();
  const rows = await tx
    .select({
      environmentId: environments.id,
      id: flags.id,
      key: flags.key,
      variations: flags.variations,
    })
    .from(environments)
    .innerJoin(flags, sql`${flags.projectId} = ${environments.projectId}`)
    .where(and(inArray(environments.id, ids), sql`${flags.key} = ANY(${sql.param(keys)})`));
  return new Map(
    rows.map(({ environmentId, id, key, variations }) => [
      `${environmentId} ${key}`,
      { id, variations: new Set(variations.map((variation) => variation.key)) },
    ]),
  );
}

async function keepUses(
  tx: Queries,
  now: Date,
  uses: readonly KeyUseRecord[],
  keys: Keys,
): Promise<KeptUsage['inBrowsers']> {
  const rows = new Map<string, typeof sdkKeyUses.$inferInsert>();
  for (const { keyId, receivedAt, use } of uses) {
    const at = new Date(Math.floor(Math.min(receivedAt, now.getTime()) / minuteMs) * minuteMs);
    const before = rows.get(keyId);
    rows.set(keyId, {
      keyId,
      lastUsedAt: before !== undefined && before.lastUsedAt > at ? before.lastUsedAt : at,
      requests: bounded((before?.requests ?? 0) + use.requests),
      browserAt: use.fromBrowsers > 0 ? at : (before?.browserAt ?? null),
    });
  }
  if (rows.size === 0) return [];
  const sorted = [...rows.keys()].sort().flatMap((keyId) => rows.get(keyId) ?? []);
  const before = new Map(
    (
      await tx
        .select()
        .from(sdkKeyUses)
        .where(inArray(sdkKeyUses.keyId, [...rows.keys()]))
    ).map((row) => [row.keyId, row.browserAt]),
  );
  await tx
    .insert(sdkKeyUses)
    .values(sorted)
    .onConflictDoUpdate({
      target: sdkKeyUses.keyId,
      set: {
        lastUsedAt: sql`greatest(${sdkKeyUses.lastUsedAt}, excluded.last_used_at)`,
        requests: sql`least(${sdkKeyUses.requests} + excluded.requests, ${Number.MAX_SAFE_INTEGER})`,
        browserAt: sql`greatest(${sdkKeyUses.browserAt}, excluded.browser_at)`,
      },
    });
  return sorted.flatMap(({ keyId, browserAt }) => {
    const key = keys.get(keyId);
    if (key?.kind !== 'server' || browserAt === null || browserAt === undefined) return [];
    const last = before.get(keyId) ?? undefined;
    const isNews = last === undefined || browserAt.getTime() - last.getTime() >= alarmAgainMs;
    return isNews ? [{ keyId, environmentId: key.environmentId }] : [];
  });
}
