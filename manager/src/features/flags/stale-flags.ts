import type { StaleReason } from '@fauna-flags/protocol';
import { type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../../platform/database/index.ts';

/** How long nothing must have happened to a flag. */
const staleDays = 30;

const since = sql`(now() - make_interval(days => ${staleDays}))`;

/** Whether the flag of configuration `c` was evaluated there lately; found at once in the index, or not. */
const wasEvaluated = sql`EXISTS (SELECT FROM usage_hours u
  WHERE u.flag_id = c.flag_id AND u.environment_id = c.environment_id AND u.hour > ${since})`;

/**
 * Why a row of `flags` can go, else null. Only flags that were meant to be temporary can, and none that is new.
 *
 * `serves_one`: in every environment it has served one variation to everybody, untouched for thirty days, its values
 * included: it is off, or on without rules, targets, prerequisites or a rollout. `not_evaluated`: nobody has asked for it in
 * thirty days, in a project whose applications tell what they ask for. What another flag has as a prerequisite is needed.
 */
function staleReason(projectId: string): SQL {
  const applicationsTell = sql`(SELECT EXISTS (SELECT FROM flags f JOIN flag_configurations c ON c.flag_id = f.id
    WHERE f.project_id = ${projectId} AND ${wasEvaluated}))`;
  return sql`CASE
    WHEN flags.archived_at IS NOT NULL OR flags.lifetime <> 'temporary' OR flags.created_at > ${since} THEN NULL
    WHEN ${isPrerequisite(projectId)} THEN NULL
    WHEN flags.updated_at <= ${since} AND NOT EXISTS (SELECT FROM flag_configurations c WHERE c.flag_id = flags.id AND (c.updated_at > ${since}
      OR (c.enabled AND (json_array_length(c.rules) > 0 OR json_array_length(c.targets) > 0
        OR json_array_length(c.prerequisites) > 0 OR c.default_serve->>'variation' IS NULL)))) THEN 'serves_one'
    WHEN NOT EXISTS (SELECT FROM flag_configurations c WHERE c.flag_id = flags.id AND ${wasEvaluated})
      AND ${applicationsTell} THEN 'not_evaluated'
  END`;
}

/** Whether a flag that is not archived has this one as a prerequisite; read once for all rows. */
function isPrerequisite(projectId: string): SQL {
  return sql`flags.key IN (SELECT needed->>'flag' FROM flags f JOIN flag_configurations c ON c.flag_id = f.id
    CROSS JOIN LATERAL json_array_elements(c.prerequisites) needed
    WHERE f.project_id = ${projectId} AND f.archived_at IS NULL)`;
}

/** Holds for flags that are stale, or for all others. */
export function isStale(projectId: string, stale: boolean): SQL {
  return stale ? sql`${staleReason(projectId)} IS NOT NULL` : sql`${staleReason(projectId)} IS NULL`;
}

/** Why flags can go, of many in one question; answers by the flag's id. */
export async function readStale(
  queries: Queries,
  projectId: string,
  flagIds: readonly string[],
): Promise<(flagId: string) => { readonly reason: StaleReason } | null> {
  if (flagIds.length === 0) return () => null;
  const { rows } = await queries.execute<{ id: string; reason: StaleReason | null }>(
    sql`SELECT flags.id, ${staleReason(projectId)} AS reason FROM flags WHERE flags.id = ANY(${sql.param(flagIds)}::uuid[])`,
  );
  const reasons = new Map(rows.map(({ id, reason }) => [id, reason]));
  return (flagId) => {
    const reason = reasons.get(flagId) ?? null;
    return reason === null ? null : { reason };
  };
}
