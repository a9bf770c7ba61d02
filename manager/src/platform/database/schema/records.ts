import { bigserial, index, json, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/** Who changed what. No foreign keys: the record outlives what it tells of. */
export const auditEntries = pgTable(
  'audit_entries',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    at: timestamp('at', { withTimezone: true, precision: 3 }).notNull(),
    projectId: uuid('project_id'),
    environment: text('environment'),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    entityKind: text('entity_kind').notNull(),
    entityKey: text('entity_key').notNull(),
    before: json('before'),
    after: json('after'),
  },
  (table) => [index('audit_entries_project').on(table.projectId, table.id)],
);

/** What this installation remembers about itself. */
export const settings = pgTable('settings', {
  key: text('key').primaryKey(),
  value: json('value').$type<Readonly<Record<string, unknown>>>().notNull(),
});
