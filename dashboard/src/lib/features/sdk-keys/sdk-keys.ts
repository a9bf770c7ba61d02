import type { CreateSdkKey, RotateSdkKey, SdkKey } from '@fauna-flags/protocol';
import { queryOptions } from '@tanstack/svelte-query';
import { allPages, api, path, queryKeys, type RequestOptions } from '$lib/api/index.ts';

/** The environment whose keys these are. */
export interface SdkKeyPlace {
  readonly project: string;
  readonly environment: string;
}

/** Every SDK key of an environment, in the order they were made, revoked ones included. */
export function sdkKeysQuery({ project, environment }: SdkKeyPlace) {
  return queryOptions({
    queryKey: [...queryKeys.sdkKeys(project), environment],
    queryFn: ({ signal }) => allPages<SdkKey>(keysPath({ project, environment }), signal),
    enabled: environment !== '',
  });
}

/** Makes a key. The answer is the one place where a server key's text is ever seen. */
export function createSdkKey(
  place: SdkKeyPlace,
  sdkKey: CreateSdkKey,
  options: RequestOptions,
): Promise<SdkKey> {
  return api.post<SdkKey>(keysPath(place), sdkKey, options);
}

/** Puts a new key in an old one's place, which works on until the grace ends. */
export function rotateSdkKey(
  place: SdkKeyPlace,
  { id }: SdkKey,
  body: RotateSdkKey,
  options: RequestOptions,
): Promise<SdkKey> {
  return api.post<SdkKey>(`${keysPath(place)}${path`/${id}/rotate`}`, body, options);
}

/** Makes a key worthless at once, on open connections too. */
export function revokeSdkKey(
  place: SdkKeyPlace,
  { id, revision }: SdkKey,
  options: RequestOptions,
): Promise<void> {
  return api.delete(`${keysPath(place)}${path`/${id}`}`, { revision, ...options });
}

function keysPath({ project, environment }: SdkKeyPlace): string {
  return path`/projects/${project}/environments/${environment}/sdk-keys`;
}
