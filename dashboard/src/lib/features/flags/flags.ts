import type {
  AuditEntry,
  Configuration,
  CreateFlag,
  EvaluateAnswer,
  Flag,
  ListedFlag,
  Page,
  PatchFlag,
  PutConfiguration,
} from '@fauna-flags/protocol';
import { infiniteQueryOptions, queryOptions } from '@tanstack/svelte-query';
import { allPages, api, path, queryKeys, type RequestOptions } from '$lib/api/index.ts';

/** Which flags a list shows. */
export interface FlagFilter {
  readonly query: string;
  readonly archived: boolean;
}

/** A project's flags, page by page. */
export function flagListQuery(project: string, { query, archived }: FlagFilter) {
  return infiniteQueryOptions({
    queryKey: [...queryKeys.flags(project), 'list', { query, archived }],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<ListedFlag>>(path`/projects/${project}/flags`, {
        query: { query, archived, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor,
  });
}

/** Every flag of a project that is not archived, to choose from. */
export function allFlagsQuery(project: string) {
  return queryOptions({
    queryKey: [...queryKeys.flags(project), 'all'],
    queryFn: ({ signal }) =>
      allPages<ListedFlag>(path`/projects/${project}/flags`, signal, { archived: false }),
  });
}

/** One flag. */
export function flagQuery(project: string, flag: string) {
  return queryOptions({
    queryKey: queryKeys.flag(project, flag),
    queryFn: ({ signal }) => api.get<Flag>(path`/projects/${project}/flags/${flag}`, { signal }),
  });
}

/** One flag in one environment. */
export function configurationQuery({ project, flag, environment }: ConfigurationPlace) {
  return queryOptions({
    queryKey: queryKeys.configuration(project, flag, environment),
    queryFn: ({ signal }) =>
      api.get<Configuration>(configurationPath({ project, flag, environment }), { signal }),
  });
}

/** The last entries of the audit trail about a flag: about itself and about its configurations. */
export function flagHistoryQuery(project: string, flag: string) {
  return queryOptions({
    queryKey: [...queryKeys.audit(project), 'flag', flag],
    queryFn: ({ signal }) =>
      api.get<Page<AuditEntry>>(path`/projects/${project}/audit`, {
        query: { entity: `flag:${flag}`, limit: 6 },
        signal,
      }),
  });
}

/** Where a configuration lies. */
export interface ConfigurationPlace {
  readonly project: string;
  readonly flag: string;
  readonly environment: string;
}

/** Makes a flag, which starts switched off everywhere. */
export function createFlag(project: string, flag: CreateFlag): Promise<Flag> {
  return api.post<Flag>(path`/projects/${project}/flags`, flag);
}

/** Changes what a flag is called and what it can serve. */
export function patchFlag({ project, key, revision }: Flag, patch: PatchFlag): Promise<Flag> {
  return api.patch<Flag>(path`/projects/${project}/flags/${key}`, patch, { revision });
}

/** Takes a flag out of every ruleset, or puts it back. */
export function setArchived({ project, key, revision }: Flag, archived: boolean): Promise<Flag> {
  const deed = archived ? 'archive' : 'restore';
  return api.post<Flag>(path`/projects/${project}/flags/${key}/${deed}`, undefined, { revision });
}

/** Deletes a flag for good. */
export function deleteFlag({ project, key, revision }: Flag): Promise<void> {
  return api.delete(path`/projects/${project}/flags/${key}`, { revision });
}

/** Replaces who gets a flag in one environment. */
export function putConfiguration(
  place: ConfigurationPlace,
  configuration: PutConfiguration,
  options: RequestOptions,
): Promise<Configuration> {
  return api.put<Configuration>(configurationPath(place), configuration, options);
}

/** Switches a flag in one environment and changes nothing else. */
export function toggleFlag(
  place: ConfigurationPlace,
  enabled: boolean,
  options: RequestOptions,
): Promise<Configuration> {
  return api.post<Configuration>(`${configurationPath(place)}/toggle`, { enabled }, options);
}

/** What a context gets of one flag, and the path that leads there. */
export function tryFlag(
  { project, flag, environment }: ConfigurationPlace,
  context: Record<string, unknown>,
  signal?: AbortSignal,
): Promise<EvaluateAnswer> {
  const where = path`/projects/${project}/environments/${environment}/evaluate`;
  return api.post<EvaluateAnswer>(where, { flag, context }, { signal });
}

function configurationPath({ project, flag, environment }: ConfigurationPlace): string {
  return path`/projects/${project}/flags/${flag}/environments/${environment}`;
}
