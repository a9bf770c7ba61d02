import {
  type FlagState,
  type ListedFlag,
  type NamedRule,
  type Page,
  shareOf,
  targetingOf,
} from '@fauna-flags/protocol';
import { and, asc, eq, gt, inArray, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
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
import type { ConfigurationRow } from './configuration.ts';
import { toFlag } from './flag.ts';
import { isStale, readStale } from './stale-flags.ts';

/** Which flags a list holds. */
export interface FlagListRequest extends ListRequest {
  /** Only archived ones, only others, or both when absent. */
  readonly archived: boolean | undefined;
  readonly tag: string | undefined;
  /** Only stale ones, only others, or both when absent. */
  readonly stale: boolean | undefined;
}

/** A project's flags in the order of their keys, each with its state in every environment. */
export async function listFlags(
  database: Database,
  projectKey: string,
  { limit, cursor, query, archived, tag, stale }: FlagListRequest,
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
        tag === undefined ? undefined : hasTag(tag),
        stale === undefined ? undefined : isStale(project.id, stale),
      ),
    )
    .orderBy(asc(keyOrder(flags.key)))
    .limit(limit + 1);
  const states = await readStates(
    database,
    rows.map(({ id }) => id),
  );
  const staleOf = await readStale(
    database.read,
    project.id,
    rows.map(({ id }) => id),
  );
  return pageOf(rows, limit, {
    item: (row) => ({
      ...toFlag(row, project.key),
      environments: states.get(row.id) ?? {},
      stale: staleOf(row.id),
    }),
    place: ({ key }) => key,
  });
}

/** Tags are a part of what is searched: where one is not even in there, the list of tags need not be read. */
function hasTag(tag: string): SQL {
  const holds = sql`${flags.tags}::jsonb @> ${JSON.stringify([tag])}::jsonb`;
  return sql`CASE WHEN ${searchIn(flags.searchText, tag)} THEN ${holds} ELSE false END`;
}

/**
 * The states of many flags in one query, by flag id; environments come in the order in which people list them. What no
 * list shows stays in the database: a target alone can hold ten thousand keys.
 */
async function readStates(
  database: Database,
  flagIds: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, FlagState>>>> {
  if (flagIds.length === 0) return new Map();
  const rows = await database.read
    .select({
      flagId: flagConfigurations.flagId,
      environment: environments.key,
      enabled: flagConfigurations.enabled,
      revision: flagConfigurations.revision,
      updatedAt: flagConfigurations.updatedAt,
      offVariation: flagConfigurations.offVariation,
      defaultServe: flagConfigurations.defaultServe,
      rules: simpleRules,
    })
    .from(flagConfigurations)
    .innerJoin(environments, eq(environments.id, flagConfigurations.environmentId))
    .where(inArray(flagConfigurations.flagId, [...flagIds]))
    .orderBy(asc(environments.place), asc(environments.id));
  const states = new Map<string, [environment: string, state: FlagState][]>();
  for (const row of rows) {
    const state = stateOf(row);
    const known = states.get(row.flagId);
    if (known === undefined) states.set(row.flagId, [[row.environment, state]]);
    else known.push([row.environment, state]);
  }
  // Pairs become own properties whatever the key is: an environment may be called `constructor`.
  return new Map([...states].map(([flagId, pairs]) => [flagId, Object.fromEntries(pairs)]));
}

/** The rules where a configuration can be as simple as some audiences or everyone; null where it is anything else. */
const simpleRules = sql<readonly NamedRule[] | null>`
  CASE
    WHEN ${flagConfigurations.prerequisites}::text <> '[]' OR ${flagConfigurations.targets}::text <> '[]' THEN NULL
    WHEN ${flagConfigurations.rules}::text = '[]' THEN ${flagConfigurations.rules}
    WHEN json_array_length(${flagConfigurations.rules}) = 1
      AND json_array_length(${flagConfigurations.rules} #> '{0,match,conditions}') = 1
      AND ${flagConfigurations.rules} #> '{0,match,conditions,0,audiences}' IS NOT NULL
      THEN ${flagConfigurations.rules}
  END`;

function stateOf({
  enabled,
  revision,
  updatedAt,
  offVariation,
  defaultServe,
  rules,
}: Pick<ConfigurationRow, 'enabled' | 'revision' | 'updatedAt' | 'offVariation' | 'defaultServe'> & {
  readonly rules: readonly NamedRule[] | null;
}): FlagState {
  const parts = rules && { offVariation, defaultServe, rules, prerequisites: [], targets: [] };
  return {
    enabled,
    targeting: parts === null ? 'rules' : targetingOf(parts),
    share: parts === null ? null : shareOf(parts),
    revision,
    updatedAt: updatedAt.toISOString(),
  };
}
