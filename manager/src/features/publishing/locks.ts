import { Problem } from '@fauna-flags/protocol';
import { and, eq, sql } from 'drizzle-orm';
import { environments, prepared, projects, type Queries } from '../../platform/database/index.ts';
import type { EnvironmentRow, ProjectRow } from './unit.ts';

const projectByKey = (queries: Queries) =>
  queries
    .select()
    .from(projects)
    .where(eq(projects.key, sql.placeholder('key')));
/** Shares a project with others who change single environments. */
export const sharedProject = (queries: Queries) => projectByKey(queries).for('share').prepare('');
/** Has a project alone. */
export const ownProject = (queries: Queries) => projectByKey(queries).for('update').prepare('');

const lockedEnvironment = (queries: Queries) =>
  queries
    .select()
    .from(environments)
    .where(
      and(
        eq(environments.projectId, sql.placeholder('projectId')),
        eq(environments.key, sql.placeholder('key')),
      ),
    )
    .for('update')
    .prepare('');

/** Locks an environment, and its project against changes of the whole. `not_found` when there is none. */
export async function lockEnvironment(
  tx: Queries,
  scope: { readonly project: string; readonly environment: string },
): Promise<{ readonly project: ProjectRow; readonly environment: EnvironmentRow }> {
  const project = await lockProject(tx, scope.project, sharedProject);
  const [environment] = await prepared(tx, lockedEnvironment).execute({
    projectId: project.id,
    key: scope.environment,
  });
  if (environment !== undefined) return { project, environment };
  throw new Problem(
    'not_found',
    `Cannot find environment "${scope.environment}" in project "${scope.project}"`,
  );
}

/** Locks a project, in one of the two ways. `not_found` when there is none. */
export async function lockProject(
  tx: Queries,
  key: string,
  locked: typeof sharedProject,
): Promise<ProjectRow> {
  const [project] = await prepared(tx, locked).execute({ key });
  if (project === undefined) throw new Problem('not_found', `Cannot find project "${key}"`);
  return project;
}
