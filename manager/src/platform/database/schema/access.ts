import type { Rank, Role } from '@fauna-flags/protocol';
import {
  bigint,
  boolean,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea } from './columns.ts';
import { projects } from './projects.ts';

/*
 * People and their sessions. better-auth reads and writes these tables through its Drizzle adapter, so the names of the
 * properties are the names of its fields.
 */

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

const userId = () =>
  uuid('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' });

/** People who sign in. */
export const users = pgTable(
  'users',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    /** In lower case. */
    email: text('email').notNull(),
    emailVerified: boolean('email_verified').notNull(),
    /** Every right in every project. */
    isOwner: boolean('is_owner').notNull().default(false),
    /** How often all their sessions were ended at once: a sign-in that was judged before begins none. */
    sessionEpoch: integer('session_epoch').notNull().default(0),
    revision: integer('revision').notNull().default(1),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [uniqueIndex('users_email').on(table.email)],
);

/** How a user can sign in: by a password, which is kept as its argon2id hash, or through a provider that knows them. */
export const accounts = pgTable(
  'accounts',
  {
    id: uuid('id').primaryKey(),
    userId: userId(),
    providerId: text('provider_id').notNull(),
    accountId: text('account_id').notNull(),
    password: text('password'),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [
    unique('accounts_provider_account').on(table.providerId, table.accountId),
    index('accounts_user').on(table.userId),
  ],
);

/** Open sessions. `updatedAt` is when the session was last used, to the minute. */
export const sessions = pgTable(
  'sessions',
  {
    id: uuid('id').primaryKey(),
    userId: userId(),
    /** SHA-256 of the token in hex: whoever reads this table cannot sign in with it. */
    token: text('token').notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    expiresAt: time('expires_at').notNull(),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('sessions_token').on(table.token),
    index('sessions_user').on(table.userId),
    index('sessions_expires_at').on(table.expiresAt),
  ],
);

/** What users are in projects. */
export const memberships = pgTable(
  'memberships',
  {
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    userId: userId(),
    role: text('role').$type<Role>().notNull(),
    revision: integer('revision').notNull().default(1),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.userId] }),
    index('memberships_user').on(table.userId),
  ],
);

/** Links that make whoever opens them a member. */
export const invitations = pgTable(
  'invitations',
  {
    id: uuid('id').primaryKey(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    role: text('role').$type<Role>().notNull(),
    /** Whom it is for, in lower case; null: whoever has the link. */
    email: text('email'),
    /** SHA-256 of the link's token, in hex. */
    digest: text('digest').notNull(),
    invitedBy: text('invited_by').notNull(),
    expiresAt: time('expires_at').notNull(),
    revision: integer('revision').notNull().default(1),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('invitations_digest').on(table.digest),
    index('invitations_project').on(table.projectId),
    index('invitations_email').on(table.email),
  ],
);

/** API tokens: what scripts come in with. They can never do more than whoever made them can do now. */
export const apiTokens = pgTable(
  'api_tokens',
  {
    id: uuid('id').primaryKey(),
    /** Null where FAUNA_ADMIN_TOKEN has made it. */
    userId: uuid('user_id').references(() => users.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    searchText: text('search_text').notNull(),
    /** Null: in every project. */
    projectId: uuid('project_id').references(() => projects.id, { onDelete: 'cascade' }),
    rank: text('rank').$type<Rank>().notNull(),
    /** SHA-256 of the token, in hex. */
    digest: text('digest').notNull(),
    last4: text('last4').notNull(),
    expiresAt: time('expires_at'),
    /** To the minute. */
    lastUsedAt: time('last_used_at'),
    revision: integer('revision').notNull().default(1),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('api_tokens_digest').on(table.digest),
    index('api_tokens_user').on(table.userId),
    index('api_tokens_project').on(table.projectId),
  ],
);

/** The second factor of users who have one, or are about to. */
export const twoFactors = pgTable('two_factors', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  /** The shared secret, sealed under a key that follows from the installation's secret. */
  sealedSecret: bytea('sealed_secret').notNull(),
  /** Null until a code has shown that the user's device has the secret: then it is asked for. */
  confirmedAt: time('confirmed_at'),
  /** The latest time step whose code was used: none is good twice. */
  lastStep: bigint('last_step', { mode: 'number' }).notNull().default(0),
  /** Codes that were tried since one was right, and when the latest was: how long the next must wait follows from both. */
  tries: integer('tries').notNull().default(0),
  triedAt: time('tried_at'),
  /** SHA-256 of the recovery codes that are left, in hex. */
  recoveryDigests: json('recovery_digests').$type<readonly string[]>().notNull(),
  createdAt: time('created_at').notNull(),
});
