import { type FlagState, type ListedFlag, type Page, shareOf, targetingOf } from '@fauna-flags/protocol';
import { and, asc, eq, gt, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import {
  type Database,
  environments,
  flagConfigurations,
  flags,
  keyOrder,
  searchIn,
} from '../../platform/database/index.ts';
import { type ListRequest, pageOf } from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';
import { toFlag } from './flag.ts';

/** Which flags a list holds. */
export interface FlagListRequest extends ListRequest {
  /** Only archived ones, only others, or both when absent. */
  readonly archived: boolean | undefined;
  readonly tag: string | undefined;
}

/** A project's flags in the order of their keys, each with its state in every environment. */
export async function listFlags(
  database: Database,
  projectKey: string,
  { limit, cursor, query, archived, tag }: FlagListRequest,
): Promise<Page<ListedFlag>> {
  const project = await findProject(database.read, projectKey);
  const rows = await database.read
    .select()
    .from(flags)
    .where(
      and(
        eq(flags.projectId, project.id),
        cursor === undefined ? undefined : gt(keyOrder(flags.key), cursor),
        query === undefined ? undefined : searchIn(flags.searchText, query),
        archived === undefined
          ? undefined
          : archived
            ? isNotNull(flags.archivedAt)
            : isNull(flags.archivedAt),
        tag === undefined ? undefined : sql`${flags.tags}::jsonb @> ${JSON.stringify([tag])}::jsonb`,
      ),
    )
    .orderBy(asc(keyOrder(flags.key)))
    .limit(limit + 1);
  const states = await readStates(
    database,
    rows.map(({ id }) => id),
  );
  return pageOf(rows, limit, {
    item: (row) => ({ ...toFlag(row, project.key), environments: states.get(row.id) ?? {} }),
    place: ({ key }) => key,
  });
}

/** The states of many flags in one query, by flag id; environments come in the order in which people list them. */
async function readStates(
  database: Database,
  flagIds: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, FlagState>>>> {
  const states = new Map<string, Record<string, FlagState>>();
  if (flagIds.length === 0) return states;
  const rows = await database.read
    .select({ environment: environments.key, configuration: flagConfigurations })
    .from(flagConfigurations)
    .innerJoin(environments, eq(environments.id, flagConfigurations.environmentId))
    .where(inArray(flagConfigurations.flagId, [...flagIds]))
    .orderBy(asc(environments.place), asc(environments.id));
  for (const { environment, configuration } of rows) {
    const { flagId, enabled, revision, updatedAt } = configuration;
    const state = {
      enabled,
      targeting: targetingOf(configuration),
      share: shareOf(configuration),
      revision,
      updatedAt: updatedAt.toISOString(),
    };
    // Pairs become own properties whatever the key is: an environment may be called `constructor`.
    states.set(
      flagId,
      Object.fromEntries([...Object.entries(states.get(flagId) ?? {}), [environment, state]]),
    );
  }
  return states;
}
