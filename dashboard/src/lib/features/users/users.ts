import type { InstallationUser, Page, PatchUser } from '@fauna-flags/protocol';
import { infiniteQueryOptions } from '@tanstack/svelte-query';
import { api, path, queryKeys } from '$lib/api/index.ts';

/** Everybody who can sign in, in the order of their e-mail addresses, page by page. */
export function usersQuery(query: string) {
  return infiniteQueryOptions({
    queryKey: [...queryKeys.users(), query],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<InstallationUser>>('/users', { query: { query, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor,
  });
}

/** Makes a user an owner, or no longer one. */
export function patchUser({ id, revision }: InstallationUser, patch: PatchUser): Promise<InstallationUser> {
  return api.patch<InstallationUser>(path`/users/${id}`, patch, { revision });
}

/** Deletes a user with their sessions, memberships and API tokens. */
export function deleteUser({ id, revision }: InstallationUser): Promise<void> {
  return api.delete(path`/users/${id}`, { revision });
}

/** Ends every session of a user. */
export function endUserSessions({ id }: InstallationUser): Promise<void> {
  return api.delete(path`/users/${id}/sessions`);
}
