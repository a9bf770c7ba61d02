import {
  bigint,
  boolean,
  integer,
  json,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { resourceColumns } from './columns.ts';

/** Projects. */
export const projects = pgTable(
  'projects',
  { ...resourceColumns(), name: text('name').notNull() },
  (table) => [uniqueIndex('projects_key').on(table.key)],
);

/** Environments; (epoch, version) is the position of the environment's compiled ruleset, version 0 before the first. */
export const environments = pgTable(
  'environments',
  {
    ...resourceColumns(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** Its place in lists: development before production is not the alphabet's order. */
    place: integer('place').notNull(),
    confirmChanges: boolean('confirm_changes').notNull(),
    /** Whether bearers take contexts of client keys only where an application's server has signed them. */
    signedContexts: boolean('signed_contexts').notNull().default(false),
    /** What may be said without a signature then. */
    unsignedAttributes: json('unsigned_attributes').$type<readonly string[]>().notNull().default([]),
    epoch: bigint('epoch', { mode: 'number' }).notNull(),
    version: bigint('version', { mode: 'number' }).notNull().default(0),
  },
  (table) => [unique('environments_project_key').on(table.projectId, table.key)],
);
