import type { Attribute, CreateAttribute, PatchAttribute } from '@fauna-flags/protocol';
import { queryOptions } from '@tanstack/svelte-query';
import { allPages, api, path, queryKeys, type RequestOptions } from '$lib/api/index.ts';

/** Every attribute of a project, in the order of their keys: conditions choose among them. */
export function attributesQuery(project: string) {
  return queryOptions({
    queryKey: queryKeys.attributes(project),
    queryFn: ({ signal }) => allPages<Attribute>(path`/projects/${project}/attributes`, signal),
  });
}

/** Declares an attribute. */
export function createAttribute(project: string, attribute: CreateAttribute): Promise<Attribute> {
  return api.post<Attribute>(path`/projects/${project}/attributes`, attribute);
}

/** Changes what an attribute is called. */
export function patchAttribute(
  { project, key }: Pick<Attribute, 'project' | 'key'>,
  patch: PatchAttribute,
  options: RequestOptions,
): Promise<Attribute> {
  return api.patch<Attribute>(path`/projects/${project}/attributes/${key}`, patch, options);
}

/** Deletes an attribute that nothing uses. */
export function deleteAttribute(
  { project, key }: Pick<Attribute, 'project' | 'key'>,
  options: RequestOptions,
): Promise<void> {
  return api.delete(path`/projects/${project}/attributes/${key}`, options);
}
