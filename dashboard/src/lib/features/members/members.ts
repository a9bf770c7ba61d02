import type { Member, PatchMember } from '@fauna-flags/protocol';
import { queryOptions } from '@tanstack/svelte-query';
import { allPages, api, path, queryKeys } from '$lib/api/index.ts';

/** Every member of a project, in the order of their e-mail addresses. */
export function membersQuery(project: string) {
  return queryOptions({
    queryKey: queryKeys.members(project),
    queryFn: ({ signal }) => allPages<Member>(path`/projects/${project}/members`, signal),
  });
}

/** Changes what a member is. */
export function patchMember(project: string, { id, revision }: Member, patch: PatchMember): Promise<Member> {
  return api.patch<Member>(path`/projects/${project}/members/${id}`, patch, { revision });
}

/** Takes a member out of the project; their account stays. */
export function deleteMember(project: string, { id, revision }: Member): Promise<void> {
  return api.delete(path`/projects/${project}/members/${id}`, { revision });
}
