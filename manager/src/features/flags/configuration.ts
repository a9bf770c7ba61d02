import type { Configuration } from '@fauna-flags/protocol';
import { and, eq, sql } from 'drizzle-orm';
import { flagConfigurations, flags, prepared, type Queries } from '../../platform/database/index.ts';
import { findEnvironment } from '../environments/index.ts';
import { findProject } from '../projects/index.ts';
import type { EnvironmentRow, ProjectRow } from '../publishing/index.ts';
import { noSuchFlag } from './find-flag.ts';
import type { FlagRow } from './flag.ts';

/** A flag's configuration in one environment as the database holds it. */
export type ConfigurationRow = typeof flagConfigurations.$inferSelect;

/** A configuration as answers and the audit trail carry it. */
export function toConfiguration(
  row: ConfigurationRow,
  { flag, environment }: { flag: string; environment: string },
): Configuration {
  return {
    flag,
    environment,
    enabled: row.enabled,
    offVariation: row.offVariation,
    prerequisites: row.prerequisites,
    targets: row.targets,
    rules: [...row.rules],
    defaultServe: row.defaultServe,
    revision: row.revision,
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** The configuration of a flag in an environment. */
export async function readConfiguration(
  queries: Queries,
  where: { project: string; flag: string; environment: string },
): Promise<Configuration> {
  const project = await findProject(queries, where.project);
  const environment = await findEnvironment(queries, where);
  const { row } = await findFlagConfiguration(queries, { project, environment }, where.flag);
  return toConfiguration(row, where);
}

/** A flag and its configuration in an environment of its project; 404 where there is no such flag. */
export async function findFlagConfiguration(
  queries: Queries,
  { project, environment }: { readonly project: ProjectRow; readonly environment: EnvironmentRow },
  flagKey: string,
): Promise<{ readonly flag: FlagRow; readonly row: ConfigurationRow }> {
  const [found] = await prepared(queries, flagConfiguration).execute({
    projectId: project.id,
    environmentId: environment.id,
    key: flagKey,
  });
  // Every flag has a row in every environment.
  if (found === undefined) throw noSuchFlag(project, flagKey);
  return found;
}

const flagConfiguration = (queries: Queries) =>
  queries
    .select({ flag: flags, row: flagConfigurations })
    .from(flags)
    .innerJoin(flagConfigurations, eq(flagConfigurations.flagId, flags.id))
    .where(
      and(
        eq(flags.projectId, sql.placeholder('projectId')),
        eq(flags.key, sql.placeholder('key')),
        eq(flagConfigurations.environmentId, sql.placeholder('environmentId')),
      ),
    )
    .prepare('');
