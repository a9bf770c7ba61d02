import type { Configuration, UsedBy } from '@fauna-flags/protocol';
import { type QueryClient, queryOptions } from '@tanstack/svelte-query';
import { queryKeys } from '$lib/api/index.ts';
import { allFlagsQuery, configurationQuery } from '../flags/flags.ts';
import { ruledPlaces, usesOf } from './audience-uses.ts';

/** Which flags use each audience. */
export interface FlagUses {
  readonly byAudience: ReadonlyMap<string, readonly UsedBy[]>;
  /** False when there were more configurations than a page may ask for: then there may be further users. */
  readonly isComplete: boolean;
}

/** More would be a burden for the server and for whoever waits; beyond, a page says that it does not know. */
const configurationsMax = 120;
const atOnce = 6;

/** Which flags use each audience of a project, found in those configurations that have rules at all. */
export function flagUsesQuery(project: string, client: QueryClient) {
  return queryOptions({
    queryKey: [...queryKeys.configurations(project), 'audience-uses'],
    queryFn: async (): Promise<FlagUses> => {
      const flags = await client.fetchQuery(allFlagsQuery(project));
      const places = ruledPlaces(flags);
      const asked = places.slice(0, configurationsMax);
      const found: Configuration[] = [];
      for (let start = 0; start < asked.length; start += atOnce) {
        const some = asked.slice(start, start + atOnce);
        found.push(
          ...(await Promise.all(
            some.map((place) => client.fetchQuery(configurationQuery({ project, ...place }))),
          )),
        );
      }
      return { byAudience: usesOf(found), isComplete: asked.length === places.length };
    },
  });
}
