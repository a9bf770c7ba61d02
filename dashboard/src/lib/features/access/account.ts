import type { Account, Rank } from '@fauna-flags/protocol';
import { queryOptions } from '@tanstack/svelte-query';
import { api, queryKeys } from '$lib/api/index.ts';

/** Who is signed in, and what they are where. */
export function accountQuery() {
  return queryOptions({
    queryKey: queryKeys.account(),
    queryFn: ({ signal }) => api.get<Account>('/account', { signal }),
  });
}

/** What somebody is in a project, or without one in the installation; `undefined`: nothing. */
export function rankIn(
  { isOwner, roles }: Pick<Account, 'isOwner' | 'roles'>,
  project: string | undefined,
): Rank | undefined {
  if (isOwner) return 'owner';
  return project !== undefined && Object.hasOwn(roles, project) ? roles[project] : undefined;
}
