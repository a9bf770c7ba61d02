import { bigserial, index, json, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { bytea } from './columns.ts';

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

/**
 * Answers to requests that carried an Idempotency-Key, kept for a day. Found by the key's digest and sealed under the key
 * itself, which is stored nowhere: an answer can hold the text of a server's SDK key.
 */
export const idempotentAnswers = pgTable(
  'idempotent_answers',
  {
    digest: text('digest').primaryKey(),
    /** SHA-256 of method, path and body: the same key on another request is a mistake of the client. */
    request: text('request').notNull(),
    /** Nonce, tag and ciphertext; empty while the request is still being answered. */
    sealed: bytea('sealed').notNull(),
    at: timestamp('at', { withTimezone: true, precision: 3 }).notNull(),
  },
  (table) => [index('idempotent_answers_at').on(table.at)],
);
