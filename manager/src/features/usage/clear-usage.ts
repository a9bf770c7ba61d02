import { sql } from 'drizzle-orm';
import {
  type Database,
  sdkKeys,
  sdkKeyUses,
  usageHours,
  usageRecords,
} from '../../platform/database/index.ts';

/** Rows that one statement takes away: none of them is to hold anybody up. */
const rowsPerStep = 2_000;
/** In one go and of each table; for what is left then, whoever calls comes again. */
const stepsMax = 25;
/** How long it is known that a record was written down: a store that was away gives them back within this time. */
const recordsKeptMs = 24 * 60 * 60 * 1_000;

/** What a clearing did. */
export interface ClearedUsage {
  /** Hours' counts that went. */
  readonly hours: number;
  /** Whether there was more than goes at once. */
  readonly isMore: boolean;
}

/** Takes away what is older than it is kept, by the earlier of both clocks, in small steps; several managers may do so at once. */
export async function clearUsage(
  database: Database,
  { now, daysKept }: { readonly now: Date; readonly daysKept: number },
): Promise<ClearedUsage> {
  // A manager whose clock is ahead takes nothing away that others still keep.
  const before = (ms: number) => sql`least(now(), ${now}) - ${`${ms} milliseconds`}::interval`;
  const records = await inSteps(() =>
    database.read.execute(sql`
      DELETE FROM ${usageRecords} WHERE id IN (
        SELECT id FROM ${usageRecords} WHERE at < ${before(recordsKeptMs)} LIMIT ${rowsPerStep} FOR UPDATE SKIP LOCKED)`),
  );
  const uses = await inSteps(() =>
    database.read.execute(sql`
      DELETE FROM ${sdkKeyUses} WHERE key_id IN (
        SELECT key_id FROM ${sdkKeyUses} WHERE NOT EXISTS (
          SELECT FROM ${sdkKeys} WHERE ${sdkKeys.id} = ${sdkKeyUses.keyId}) LIMIT ${rowsPerStep})`),
  );
  const hours = await inSteps(() =>
    database.read.execute(sql`
      DELETE FROM ${usageHours} WHERE ctid IN (
        SELECT ctid FROM ${usageHours} WHERE hour < ${before(daysKept * 24 * 60 * 60 * 1_000)}
        LIMIT ${rowsPerStep} FOR UPDATE SKIP LOCKED)`),
  );
  const isMore = [records, uses, hours].some((rows) => rows === rowsPerStep * stepsMax);
  return { hours, isMore };
}

async function inSteps(step: () => Promise<{ readonly rowCount: number | null }>): Promise<number> {
  let cleared = 0;
  for (let taken = 0; taken < stepsMax; taken += 1) {
    const rows = (await step()).rowCount ?? 0;
    cleared += rows;
    if (rows < rowsPerStep) break;
  }
  return cleared;
}
