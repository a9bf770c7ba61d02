import type { Ruleset, RulesetFlag } from '@fauna-flags/core';
import { and, eq, inArray, isNull } from 'drizzle-orm';
import {
  attributes,
  audiences,
  flagConfigurations,
  flags,
  type Queries,
} from '../../platform/database/index.ts';
import type { EnvironmentRow } from './unit.ts';

/**
 * The ruleset of an environment as the database holds it now. Archived flags are left out, and so is everything that
 * evaluation does not need: names, descriptions, tags and owners never leave the manager.
 */
export async function loadRuleset(tx: Queries, environment: EnvironmentRow): Promise<Ruleset> {
  const { projectId } = environment;
  const configured = await loadFlags(tx, environment);
  const audienceRows = await tx
    .select({ key: audiences.key, match: audiences.match })
    .from(audiences)
    .where(eq(audiences.projectId, projectId));
  const attributeRows = await tx
    .select({ key: attributes.key, type: attributes.type })
    .from(attributes)
    .where(eq(attributes.projectId, projectId));
  return {
    schema: 1,
    environment: environment.key,
    version: environment.version,
    flags: record(configured),
    audiences: record(audienceRows.map(({ key, match }) => [key, { match }])),
    attributes: record(attributeRows.map(({ key, type }) => [key, { type }])),
  };
}

/** The same ruleset at the environment's version, but for the flags with these keys, of which these are left. */
export function withFlags(
  before: Ruleset,
  { version }: EnvironmentRow,
  { keys, flags }: { readonly keys: ReadonlySet<string>; readonly flags: LoadedFlags },
): Ruleset {
  const others = Object.entries(before.flags).filter(([key]) => !keys.has(key));
  return { ...before, version, flags: record([...others, ...flags]) };
}

type LoadedFlags = readonly (readonly [string, RulesetFlag])[];

/** The flags that are not archived, with their configuration in the environment: all, or those with these keys. */
export async function loadFlags(
  tx: Queries,
  { id, projectId }: EnvironmentRow,
  keys?: string[],
): Promise<LoadedFlags> {
  const rows = await tx
    .select({ flag: flags, configuration: flagConfigurations })
    .from(flags)
    .innerJoin(flagConfigurations, eq(flagConfigurations.flagId, flags.id))
    .where(
      and(
        eq(flags.projectId, projectId),
        isNull(flags.archivedAt),
        eq(flagConfigurations.environmentId, id),
        keys === undefined ? undefined : inArray(flags.key, keys),
      ),
    );
  return rows.map(({ flag, configuration }) => [flag.key, rulesetFlag(flag, configuration)] as const);
}

/** What evaluation needs of a flag and its configuration. */
export function rulesetFlag(
  flag: typeof flags.$inferSelect,
  configuration: typeof flagConfigurations.$inferSelect,
): RulesetFlag {
  return {
    enabled: configuration.enabled,
    offVariation: configuration.offVariation,
    prerequisites: configuration.prerequisites,
    targets: configuration.targets,
    rules: configuration.rules.map(({ id, match, serve }) => ({ id, match, serve })),
    defaultServe: configuration.defaultServe,
    kind: flag.kind,
    salt: flag.salt,
    clientVisible: flag.clientVisible,
    variations: flag.variations.map(({ key, value }) => ({ key, value })),
  };
}

/** Without a prototype, so that a flag named `constructor` is a member like any other. */
function record<Value>(entries: readonly (readonly [string, Value])[]): Readonly<Record<string, Value>> {
  const members: Record<string, Value> = Object.create(null);
  for (const [key, value] of entries) members[key] = value;
  return members;
}
