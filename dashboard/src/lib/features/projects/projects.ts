import type { CreateProject, Project } from '@fauna-flags/protocol';
import { queryOptions } from '@tanstack/svelte-query';
import { allPages, api, queryKeys } from '$lib/api/index.ts';

/** Every project, in the order of the list. */
export function projectsQuery() {
  return queryOptions({
    queryKey: queryKeys.projects(),
    queryFn: ({ signal }) => allPages<Project>('/projects', signal),
  });
}

/** Makes a project with its first three environments. */
export function createProject(project: CreateProject): Promise<Project> {
  return api.post<Project>('/projects', project);
}
