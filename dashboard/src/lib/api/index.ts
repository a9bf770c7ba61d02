export { allPages } from './all-pages.ts';
export { api, path, type RequestOptions, whenForbidden, whenUnauthorized } from './client.ts';
export { LiveFeed, type LiveState } from './live.svelte.ts';
export { ApiProblem, errorAt, errorsBelow, problemOf } from './problem.ts';
export { createQueryClient } from './query-client.ts';
export { queryKeys } from './query-keys.ts';
