import { type AnyColumn, type SQL, sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  index,
  json,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea } from './columns.ts';

/** The revision that an entry's resource came to. */
export function revisionAfter(after: AnyColumn): SQL<number> {
  return sql<number>`((${after} ->> 'revision')::int)`;
}

/** Whether an entry tells of a flag's configuration: each such entry is one revision of it. */
export function isOfConfiguration(action: AnyColumn): SQL {
  return sql`${action} LIKE 'configuration.%'`;
}

/**
 * Who changed what. No foreign keys: the record outlives what it tells of. `id`, `seq` and `hash` are given by a trigger,
 * which chains the entries of each project (`audit_chain` in the migrations); nothing here can be changed or taken away.
 */
export const auditEntries = pgTable(
  'audit_entries',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    at: timestamp('at', { withTimezone: true, precision: 3 }).notNull(),
    projectId: uuid('project_id'),
    environment: text('environment'),
    actor: text('actor').notNull(),
    /** Where the request came from; empty where there was none. */
    address: text('address').notNull().default(''),
    /** The name of the API token that was used. */
    token: text('token'),
    action: text('action').notNull(),
    entityKind: text('entity_kind').notNull(),
    entityKey: text('entity_key').notNull(),
    before: json('before'),
    after: json('after'),
    /** Its place in the chain of its project, from 1; what belongs to no project has a chain of its own. */
    seq: bigint('seq', { mode: 'number' }).notNull().default(0),
    /** SHA-256 over the hash before it and everything above. */
    hash: bytea('hash').notNull().default(sql`'\\x'::bytea`),
  },
  (table) => [
    uniqueIndex('audit_entries_chain').on(table.projectId, table.seq),
    index('audit_entries_project').on(table.projectId, table.id),
    index('audit_entries_entity').on(table.projectId, table.entityKind, table.entityKey, table.id),
    // The history of a flag's configuration in an environment: one entry a revision.
    index('audit_entries_configuration')
      .on(table.projectId, table.entityKey, table.environment, revisionAfter(table.after))
      .where(isOfConfiguration(table.action)),
    // What was made, and what was made anew under the same key: its history begins there.
    index('audit_entries_made')
      .on(table.projectId, table.entityKind, table.entityKey, table.id)
      .where(sql`${table.before} IS NULL`),
    index('audit_entries_actor').on(table.actor, table.id),
    index('audit_entries_action').on(table.projectId, table.action, table.id),
    index('audit_entries_at').on(table.projectId, table.at),
  ],
);

/** Where each chain of the audit trail ends; `00000000-…` is the one of what belongs to no project. */
export const auditChains = pgTable('audit_chains', {
  chain: uuid('chain').primaryKey(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  hash: bytea('hash').notNull(),
});

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
