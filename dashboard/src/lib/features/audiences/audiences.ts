import type { Audience, CreateAudience, PatchAudience } from '@fauna-flags/protocol';
import { queryOptions } from '@tanstack/svelte-query';
import { allPages, api, path, queryKeys, type RequestOptions } from '$lib/api/index.ts';

/** Every audience of a project, in the order of their keys: conditions and flags choose among them. */
export function audiencesQuery(project: string) {
  return queryOptions({
    queryKey: queryKeys.audiences(project),
    queryFn: ({ signal }) => allPages<Audience>(path`/projects/${project}/audiences`, signal),
  });
}

/** One audience. */
export function audienceQuery(project: string, audience: string) {
  return queryOptions({
    queryKey: queryKeys.audience(project, audience),
    queryFn: ({ signal }) => api.get<Audience>(path`/projects/${project}/audiences/${audience}`, { signal }),
  });
}

/** Makes an audience. */
export function createAudience(project: string, audience: CreateAudience): Promise<Audience> {
  return api.post<Audience>(path`/projects/${project}/audiences`, audience);
}

/** Changes an audience; who is in it changes in every environment at once. */
export function patchAudience(
  { project, key }: Pick<Audience, 'project' | 'key'>,
  patch: PatchAudience,
  options: RequestOptions,
): Promise<Audience> {
  return api.patch<Audience>(path`/projects/${project}/audiences/${key}`, patch, options);
}

/** Deletes an audience that nothing uses. */
export function deleteAudience(
  { project, key }: Pick<Audience, 'project' | 'key'>,
  options: RequestOptions,
): Promise<void> {
  return api.delete(path`/projects/${project}/audiences/${key}`, options);
}
