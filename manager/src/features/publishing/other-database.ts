/*
 * Notices that this is another Postgres than the one that was last published from, and then moves every document to a new
 * epoch: a standby that was promoted, a backup that was restored to a point in time, a dump that was loaded elsewhere. Each
 * may lack commits that have been delivered, and each shows: a cluster has a system identifier of its own, and a promotion
 * begins a new timeline. The timeline is read off the WAL that is being written; `pg_control_checkpoint()` tells of the
 * last checkpoint, which after a promotion may be minutes old.
 *
 * It is asked at the start of every publisher and before each of its comparisons, within 6 s therefore, and at once after
 * a round that the database did not answer; never by a writer, so that it costs a write nothing. In between, a commit of
 * the new database may be published under the old epoch. Nothing is lost by that: where readers know of a commit that is
 * gone, the store's compare-and-set or a heartbeat shows it, and where nobody says so, readers that take the commit for
 * older than what they have get it again with the new epoch, which comes within those seconds and stands above both.
 *
 * A Postgres that does not let us ask (some hosted ones do not) is told of once; the comparison with the store and the
 * bearers finds most losses without.
 */
import { eq, sql } from 'drizzle-orm';
import { type Database, isUnavailable, type Queries, settings } from '../../platform/database/index.ts';
import { reasonOf } from '../../platform/reason-of.ts';
import { moveAll } from './move-epochs.ts';

/** Which Postgres this is. */
interface Identity {
  readonly systemIdentifier: string;
  readonly timeline: string;
}

const settingKey = 'postgres';

/** What noticing takes. */
export interface OtherDatabaseDependencies {
  readonly database: Database;
  readonly now: () => Date;
  readonly log: { warn(fields: object, message: string): void };
}

/** Makes the question; rejects only while the database is away. All managers may ask at once: one of them moves everything. */
export function otherDatabase({ database, now, log }: OtherDatabaseDependencies): () => Promise<void> {
  let isTold = false;
  return async () => {
    const current = await identityOf(database.read).catch((error: unknown) => {
      if (isUnavailable(error)) throw error;
      const reason = reasonOf(error);
      if (!isTold)
        log.warn({ reason }, 'Cannot tell which Postgres this is: a failover will not be noticed by that');
      isTold = true;
      return undefined;
    });
    if (current === undefined) return;
    const known = await knownTo(database.read);
    if (known !== undefined && isSame(known, current)) return;
    const isMoved = await database.transaction((tx) => moveTo(tx, current, now()));
    if (isMoved)
      log.warn({ ...current }, 'This is another Postgres than before: moved everything to new epochs');
  };
}

/** `undefined` while this is a standby, which nobody can write to. */
async function identityOf(queries: Queries): Promise<Identity | undefined> {
  const { rows } = await queries.execute<{ system: string; timeline: string | null }>(sql`
    SELECT system_identifier::text AS system,
      CASE WHEN pg_is_in_recovery() THEN NULL ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END AS timeline
    FROM pg_control_system()`);
  const [row] = rows;
  if (row === undefined || row.timeline === null) return undefined;
  return { systemIdentifier: row.system, timeline: row.timeline };
}

async function knownTo(queries: Queries): Promise<Identity | undefined> {
  const [row] = await queries
    .select({ value: settings.value })
    .from(settings)
    .where(eq(settings.key, settingKey));
  const { systemIdentifier, timeline } = row?.value ?? {};
  return typeof systemIdentifier === 'string' && typeof timeline === 'string'
    ? { systemIdentifier, timeline }
    : undefined;
}

/** Whichever manager holds the row first moves; the others then find it done. Answers whether it was this one. */
async function moveTo(tx: Queries, current: Identity, at: Date): Promise<boolean> {
  await tx
    .insert(settings)
    .values({ key: settingKey, value: { ...current } })
    .onConflictDoNothing();
  await tx.select().from(settings).where(eq(settings.key, settingKey)).for('update');
  const known = await knownTo(tx);
  if (known !== undefined && isSame(known, current)) return false;
  await moveAll(tx, at);
  await tx
    .update(settings)
    .set({ value: { ...current } })
    .where(eq(settings.key, settingKey));
  return true;
}

function isSame(one: Identity, other: Identity): boolean {
  return one.systemIdentifier === other.systemIdentifier && one.timeline === other.timeline;
}
