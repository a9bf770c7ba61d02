import { bigint, index, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/*
 * No foreign keys: each would lock the row of an environment whenever counts come, and writers want that row for
 * themselves. What belongs to flags and environments that are gone goes away with its time.
 */

/** How often each variation of a flag was served in an environment, by the hour. */
export const usageHours = pgTable(
  'usage_hours',
  {
    environmentId: uuid('environment_id').notNull(),
    flagId: uuid('flag_id').notNull(),
    /** The hour's beginning. */
    hour: time('hour').notNull(),
    /** Empty where the caller's default was served. */
    variation: text('variation').notNull(),
    count: bigint('count', { mode: 'number' }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.flagId, table.environmentId, table.hour, table.variation] }),
    index('usage_hours_hour').on(table.hour),
  ],
);

/** Records of usage that were written down, kept for a day: one that comes again is not counted again. */
export const usageRecords = pgTable(
  'usage_records',
  { id: text('id').primaryKey(), at: time('at').notNull() },
  (table) => [index('usage_records_at').on(table.at)],
);

/** How SDK keys are used, beside the keys: their own rows are for those who change them. */
export const sdkKeyUses = pgTable('sdk_key_uses', {
  keyId: uuid('key_id').primaryKey(),
  /** To the minute. */
  lastUsedAt: time('last_used_at').notNull(),
  requests: bigint('requests', { mode: 'number' }).notNull(),
  /** When a page in a browser used it last; of interest for server keys. */
  browserAt: time('browser_at'),
});
