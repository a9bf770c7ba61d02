import { queryOptions } from '@tanstack/svelte-query';
import { api, queryKeys } from '$lib/api/index.ts';

/** What the dashboard may say about the installation. */
export interface Meta {
  readonly version: string;
  readonly mode: 'all-in-one' | 'separate';
  /** Where the live example is, when it is served. */
  readonly example: string | null;
  readonly url: string;
}

/** The installation. */
export function metaQuery() {
  return queryOptions({
    queryKey: queryKeys.meta(),
    queryFn: ({ signal }) => api.get<Meta>('/meta', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
