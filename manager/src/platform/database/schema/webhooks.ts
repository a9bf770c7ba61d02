import type { deliveryStatuses, WebhookFormat } from '@fauna-flags/protocol';
import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  index,
  integer,
  json,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea } from './columns.ts';
import { projects } from './projects.ts';

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** Whom to tell what has changed in a project. */
export const webhooks = pgTable(
  'webhooks',
  {
    id: uuid('id').primaryKey(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    searchText: text('search_text').notNull(),
    url: text('url').notNull(),
    format: text('format').$type<WebhookFormat>().notNull(),
    events: json('events').$type<readonly string[]>().notNull(),
    /** Null: all of them. */
    environments: json('environments').$type<readonly string[]>(),
    enabled: boolean('enabled').notNull(),
    /** The signing secret, sealed under a key that follows from the installation's secret. */
    sealedSecret: bytea('sealed_secret').notNull(),
    /** The secret before that one, while it signs too. */
    sealedOldSecret: bytea('sealed_old_secret'),
    oldSecretUntil: time('old_secret_until'),
    /** The last entry of the project's audit trail that deliveries were made of, or that is not to be told. */
    cursor: bigint('cursor', { mode: 'number' }).notNull(),
    /** Tries in a row that have failed. */
    failures: integer('failures').notNull().default(0),
    failingSince: time('failing_since'),
    /** Until then nothing is tried. */
    pausedUntil: time('paused_until'),
    disabledReason: text('disabled_reason'),
    /** The manager that sends to it now: one at a time, so that what is sent keeps its order. */
    leasedBy: uuid('leased_by'),
    /** When another manager may take over, because that one has died; when it was last sent to, where nobody sends. */
    leasedUntil: time('leased_until'),
    revision: integer('revision').notNull().default(1),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
  },
  (table) => [index('webhooks_project').on(table.projectId, table.createdAt, table.id)],
);

/** Events on their way to webhooks, and for some weeks what became of them. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: uuid('id').primaryKey(),
    /** The order in which deliveries were made. */
    number: bigserial('number', { mode: 'number' }).notNull(),
    webhookId: uuid('webhook_id')
      .notNull()
      .references(() => webhooks.id, { onDelete: 'cascade' }),
    /** The entry of the project's audit trail, of which the body is made at every try; null for a test. */
    seq: bigint('seq', { mode: 'number' }),
    event: text('event').notNull(),
    status: text('status').$type<(typeof deliveryStatuses)[number]>().notNull(),
    tries: integer('tries').notNull().default(0),
    /** After how many tries it has failed for good. */
    triesMax: integer('tries_max').notNull(),
    nextTryAt: time('next_try_at'),
    lastTryAt: time('last_try_at'),
    durationMs: integer('duration_ms'),
    httpStatus: integer('http_status'),
    reason: text('reason'),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    // An entry becomes one delivery of a webhook, whoever makes it.
    uniqueIndex('webhook_deliveries_seq').on(table.webhookId, table.seq),
    uniqueIndex('webhook_deliveries_number').on(table.webhookId, table.number),
    index('webhook_deliveries_pending').on(table.webhookId, table.nextTryAt).where(sql`status = 'pending'`),
    index('webhook_deliveries_created_at').on(table.createdAt),
  ],
);
