import { audiencesIn } from '@fauna-flags/core';
import type { Audience, Configuration, ListedFlag, UsedBy } from '@fauna-flags/protocol';

/** Where a flag's configuration can name an audience: everywhere but where everyone or nobody gets the flag. */
export function ruledPlaces(
  flags: readonly Pick<ListedFlag, 'key' | 'environments'>[],
): readonly { readonly flag: string; readonly environment: string }[] {
  return flags.flatMap(({ key, environments }) =>
    Object.entries(environments)
      .filter(([, { targeting }]) => targeting === 'audiences' || targeting === 'rules')
      .map(([environment]) => ({ flag: key, environment })),
  );
}

/** The flags that use each audience, and where. */
export function usesOf(
  configurations: readonly Pick<Configuration, 'flag' | 'environment' | 'rules'>[],
): ReadonlyMap<string, readonly UsedBy[]> {
  const environments = new Map<string, Map<string, string[]>>();
  for (const { flag, environment, rules } of configurations) {
    for (const audience of new Set(rules.flatMap(({ match }) => audiencesIn(match)))) {
      const flags = environments.get(audience) ?? new Map<string, string[]>();
      environments.set(audience, flags.set(flag, [...(flags.get(flag) ?? []), environment]));
    }
  }
  return new Map(
    [...environments].map(([audience, flags]) => [
      audience,
      [...flags].map(([key, places]) => ({ kind: 'flag', key, environments: places })),
    ]),
  );
}

/** The audiences that name an audience. */
export function audiencesUsing(
  audience: string,
  audiences: readonly Pick<Audience, 'key' | 'match'>[],
): readonly UsedBy[] {
  return audiences
    .filter(({ match }) => audiencesIn(match).includes(audience))
    .map(({ key }) => ({ kind: 'audience', key }));
}
