import { QueryClient } from '@tanstack/svelte-query';
import { problemOf } from './problem.ts';

/** How often a read is tried again before its error is shown. */
const retriesMax = 2;

/** The one keeper of answers. They count as fresh until the live feed says otherwise. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Asking tells whether Fauna can be reached: on this very machine it can be without any network.
        networkMode: 'always',
        // The live feed makes answers stale at once; this bounds how long one is believed when the feed is down.
        staleTime: 30_000,
        // Else a query tells only of the members that were read: one that a page reads for the first time later, behind
        // an "or", is then still as it was at the start, and the page waits for ever.
        notifyOnChangeProps: 'all',
        gcTime: 10 * 60_000,
        retry: (count, error) => count < retriesMax && mayPass(problemOf(error).status),
        retryDelay: (attempt) => Math.min(400 * 2 ** attempt, 4_000),
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

/** Whether the same request may be answered the next time. */
function mayPass(status: number): boolean {
  return status === 0 || status === 429 || status >= 500;
}
