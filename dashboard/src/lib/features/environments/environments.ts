import type { CreateEnvironment, Environment, PatchEnvironment } from '@fauna-flags/protocol';
import { queryOptions } from '@tanstack/svelte-query';
import { allPages, api, path, queryKeys, type RequestOptions } from '$lib/api/index.ts';

/** Every environment of a project, in the order in which people list them. */
export function environmentsQuery(project: string) {
  return queryOptions({
    queryKey: queryKeys.environments(project),
    queryFn: ({ signal }) => allPages<Environment>(path`/projects/${project}/environments`, signal),
  });
}

/** Makes an environment, in which every flag starts switched off. */
export function createEnvironment(project: string, environment: CreateEnvironment): Promise<Environment> {
  return api.post<Environment>(path`/projects/${project}/environments`, environment);
}

/** Changes an environment's name or whether its changes are confirmed. */
export function patchEnvironment(
  { project, key }: Pick<Environment, 'project' | 'key'>,
  patch: PatchEnvironment,
  options: RequestOptions,
): Promise<Environment> {
  return api.patch<Environment>(path`/projects/${project}/environments/${key}`, patch, options);
}

/** Deletes an environment with everything that was configured in it. */
export function deleteEnvironment(
  { project, key }: Pick<Environment, 'project' | 'key'>,
  options: RequestOptions,
): Promise<void> {
  return api.delete(path`/projects/${project}/environments/${key}`, options);
}
