import { Problem } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import { environments, projects, type Queries } from '../../platform/database/index.ts';
import { findProject } from '../projects/index.ts';
import type { EnvironmentRow } from '../publishing/index.ts';

/** The environment with this key, to be read; 404 when there is none, or no such project. */
export async function findEnvironment(
  queries: Queries,
  { project, environment }: { project: string; environment: string },
): Promise<EnvironmentRow> {
  const [row] = await queries
    .select({ environment: environments })
    .from(environments)
    .innerJoin(projects, eq(projects.id, environments.projectId))
    .where(and(eq(projects.key, project), eq(environments.key, environment)));
  if (row === undefined) {
    // Whoever mistyped the project should not search for the environment.
    await findProject(queries, project);
    throw new Problem('not_found', `Cannot find environment "${environment}" in project "${project}"`);
  }
  return row.environment;
}
