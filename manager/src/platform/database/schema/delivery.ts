import type { HandleKey, Heartbeat, SdkKeyKind } from '@fauna-flags/protocol';
import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea } from './columns.ts';
import { environments } from './projects.ts';

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** SDK keys. A client key is public and stays readable; of a server key only the digest and its two ends are kept. */
export const sdkKeys = pgTable(
  'sdk_keys',
  {
    id: uuid('id').primaryKey(),
    environmentId: uuid('environment_id')
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    searchText: text('search_text').notNull(),
    kind: text('kind').$type<SdkKeyKind>().notNull(),
    /** SHA-256 of the key's text, in hex. */
    digest: text('digest').notNull(),
    clientText: text('client_text'),
    prefix: text('prefix').notNull(),
    last4: text('last4').notNull(),
    origins: json('origins').$type<readonly string[]>().notNull(),
    expiresAt: time('expires_at'),
    state: text('state').$type<'active' | 'revoked'>().notNull(),
    revokedAt: time('revoked_at'),
    replacedBy: uuid('replaced_by'),
    revision: integer('revision').notNull().default(1),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('sdk_keys_digest').on(table.digest),
    index('sdk_keys_environment').on(table.environmentId),
    check('sdk_keys_server_text', sql`${table.kind} = 'client' OR ${table.clientText} IS NULL`),
  ],
);

/** What applications sign contexts with; bearers need them to judge, so they lie here as they are. */
export const contextSecrets = pgTable(
  'context_secrets',
  {
    environmentId: uuid('environment_id')
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    kid: text('kid').notNull(),
    secret: text('secret').notNull(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.environmentId, table.kid] })],
);

/** The position of the key registry, and the secrets that live nowhere else: one row. */
export const keyRegistry = pgTable(
  'key_registry',
  {
    id: integer('id').primaryKey(),
    epoch: bigint('epoch', { mode: 'number' }).notNull(),
    version: bigint('version', { mode: 'number' }).notNull(),
    handleKeys: json('handle_keys').$type<readonly HandleKey[]>().notNull(),
  },
  (table) => [check('key_registry_single', sql`${table.id} = 1`)],
);

const positionColumns = () => ({
  /** An environment's UUID, or `keys`. */
  documentId: text('document_id').primaryKey(),
  epoch: bigint('epoch', { mode: 'number' }).notNull(),
  version: bigint('version', { mode: 'number' }).notNull(),
  hash: text('hash').notNull(),
});

/** What is to be delivered: the outbox in the form of state. Written in the transaction of the change itself. */
export const snapshots = pgTable('snapshots', { ...positionColumns(), payload: bytea('payload').notNull() });

/** What has reached the store. Written by publishers alone, so that a slow store never holds up a writer. */
export const publishState = pgTable('publish_state', positionColumns());

/** What bearers have told a manager over HTTP, so that all managers know of it: one row a bearer, gone within a minute. */
export const bearerHeartbeats = pgTable('bearer_heartbeats', {
  bearerId: text('bearer_id').primaryKey(),
  heartbeat: json('heartbeat').$type<Heartbeat>().notNull(),
  receivedAt: time('received_at').notNull(),
});
