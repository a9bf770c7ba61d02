import { type AnyColumn, and, eq, gte, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import { auditEntries, projects } from '../../platform/database/index.ts';
import {
  choiceParameter,
  isUuid,
  momentParameter,
  pageParameters,
  textParameter,
} from '../../platform/http/index.ts';

/** What every trail can be narrowed down by. */
export interface AuditFilters {
  readonly query: string | undefined;
  /** `kind:key`, or either of them. */
  readonly entity: string | undefined;
  readonly actor: string | undefined;
  /** An action, or the part of it before the dot. */
  readonly action: string | undefined;
  readonly environment: string | undefined;
  readonly since: Date | undefined;
  readonly until: Date | undefined;
}

/** Which entries of the installation: those of no project, or those of projects that are deleted. */
export type AuditScope = 'installation' | 'deleted';

/** What cursors of trails can hold. */
export const auditPage = pageParameters((text) => /^\d{1,15}$/.test(text));

/** The filters as query parameters. */
export const auditFilters = {
  query: auditPage.query,
  entity: textParameter('What was changed: `kind:key`, or either of them.'),
  actor: textParameter('Who changed it.'),
  action: textParameter('What was done: `flag.update`, or `flag` for everything done to flags.'),
  environment: textParameter('The key of the environment in which it was changed.'),
  since: momentParameter('Only what was changed then or later.'),
  until: momentParameter('Only what was changed then or before.'),
};

/** What the trail of the installation can be narrowed down by besides. */
export const installationAuditFilters = {
  ...auditFilters,
  project: textParameter('The key of a project, or the id of one, deleted or not.'),
  scope: choiceParameter(
    ['installation', 'deleted'],
    'Only what belongs to no project, or only what belongs to projects that are deleted.',
  ),
};

/** The entries that the filters let through. */
export function matching(filters: AuditFilters): SQL | undefined {
  const { query, entity, actor, action, environment, since, until } = filters;
  return and(
    query === undefined
      ? undefined
      : or(holds(auditEntries.action, query), holds(auditEntries.entityKey, query)),
    entity === undefined ? undefined : ofEntity(entity),
    actor === undefined ? undefined : eq(auditEntries.actor, actor),
    action === undefined ? undefined : ofAction(action),
    environment === undefined ? undefined : eq(auditEntries.environment, environment),
    since === undefined ? undefined : gte(auditEntries.at, since),
    until === undefined ? undefined : lte(auditEntries.at, until),
  );
}

/** The entries of the installation that are in scope; of all projects and of none where nothing is said. */
export function inScope({
  project,
  scope,
}: {
  readonly project: string | undefined;
  readonly scope: AuditScope | undefined;
}): SQL | undefined {
  return and(
    project === undefined ? undefined : ofProjectNamed(project),
    scope === 'installation' ? isNull(auditEntries.projectId) : undefined,
    scope === 'deleted' ? sql`${auditEntries.projectId} IS NOT NULL AND ${projects.id} IS NULL` : undefined,
  );
}

/** Its id is what the indexes know it by, and is found first. */
function ofProjectNamed(project: string): SQL {
  return isUuid(project)
    ? eq(auditEntries.projectId, project)
    : sql`${auditEntries.projectId} = (SELECT id FROM ${projects} WHERE ${projects.key} = ${project})`;
}

/** What comes behind an entry in a trail, which is what was written before it. */
export function behind(id: number | undefined): SQL | undefined {
  return id === undefined ? undefined : lt(auditEntries.id, id);
}

/** Actions and keys are ASCII, which folds alike everywhere under "C"; the cluster's own locale may be Turkish. */
function holds(column: AnyColumn, query: string): SQL {
  return sql`strpos(lower(${column} COLLATE "C"), ${query.toLowerCase()}) > 0`;
}

function ofEntity(entity: string): SQL | undefined {
  const [kind = '', key] = entity.split(':', 2);
  return key === undefined
    ? or(eq(auditEntries.entityKind, kind), eq(auditEntries.entityKey, kind))
    : and(eq(auditEntries.entityKind, kind), eq(auditEntries.entityKey, key));
}

function ofAction(action: string): SQL | undefined {
  return or(eq(auditEntries.action, action), sql`starts_with(${auditEntries.action}, ${`${action}.`})`);
}
