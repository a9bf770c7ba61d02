import type { AttributeType, FlagKind, Match, Prerequisite, Serve, Target } from '@fauna-flags/core';
import type { Lifetime, NamedRule, NamedVariation } from '@fauna-flags/protocol';
import { sql } from 'drizzle-orm';
import {
  boolean,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { resourceColumns } from './columns.ts';
import { environments, projects } from './projects.ts';

/*
 * JSON lies in `json` and not in `jsonb` columns: people see their values again as they wrote them, members in their
 * order. Every such column holds an object or an array, because node-postgres and Drizzle each parse once, and a bare
 * JSON string would be parsed twice.
 */

const projectId = () =>
  uuid('project_id')
    .notNull()
    .references(() => projects.id, { onDelete: 'cascade' });

/** Declared attributes. */
export const attributes = pgTable(
  'attributes',
  {
    ...resourceColumns(),
    projectId: projectId(),
    type: text('type').$type<AttributeType>().notNull(),
    name: text('name'),
    description: text('description'),
  },
  (table) => [unique('attributes_project_key').on(table.projectId, table.key)],
);

/** Audiences. */
export const audiences = pgTable(
  'audiences',
  {
    ...resourceColumns(),
    projectId: projectId(),
    name: text('name').notNull(),
    description: text('description'),
    match: json('match').$type<Match>().notNull(),
  },
  (table) => [unique('audiences_project_key').on(table.projectId, table.key)],
);

/** Flags: what a flag is in every environment. */
export const flags = pgTable(
  'flags',
  {
    ...resourceColumns(),
    projectId: projectId(),
    name: text('name').notNull(),
    description: text('description'),
    kind: text('kind').$type<FlagKind>().notNull(),
    salt: text('salt').notNull(),
    variations: json('variations').$type<readonly NamedVariation[]>().notNull(),
    clientVisible: boolean('client_visible').notNull(),
    tags: json('tags').$type<readonly string[]>().notNull(),
    owner: text('owner'),
    lifetime: text('lifetime').$type<Lifetime>().notNull(),
    archivedAt: timestamp('archived_at', { withTimezone: true, precision: 3 }),
  },
  (table) => [
    unique('flags_project_key').on(table.projectId, table.key),
    // Lists come in the order of `keyOrder`, which the one above need not be in: that is up to the cluster's locale.
    index('flags_key_order').on(table.projectId, sql`${table.key} COLLATE "C"`),
  ],
);

/**
 * The state of one flag in one environment. `enabled` is a column of its own, so that a kill switch and an edit of
 * anything else never write the same place.
 */
export const flagConfigurations = pgTable(
  'flag_configurations',
  {
    flagId: uuid('flag_id')
      .notNull()
      .references(() => flags.id, { onDelete: 'cascade' }),
    environmentId: uuid('environment_id')
      .notNull()
      .references(() => environments.id, { onDelete: 'cascade' }),
    enabled: boolean('enabled').notNull(),
    offVariation: text('off_variation').notNull(),
    prerequisites: json('prerequisites').$type<readonly Prerequisite[]>().notNull(),
    targets: json('targets').$type<readonly Target[]>().notNull(),
    rules: json('rules').$type<readonly NamedRule[]>().notNull(),
    defaultServe: json('default_serve').$type<Serve>().notNull(),
    revision: integer('revision').notNull().default(1),
    updatedAt: timestamp('updated_at', { withTimezone: true, precision: 3 }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.flagId] }),
    index('flag_configurations_flag').on(table.flagId),
  ],
);
