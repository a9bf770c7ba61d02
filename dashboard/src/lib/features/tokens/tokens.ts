import type { CreatedToken, CreateToken, Token } from '@fauna-flags/protocol';
import { queryOptions } from '@tanstack/svelte-query';
import { allPages, api, path, queryKeys } from '$lib/api/index.ts';

/** One's own API tokens; for owners everybody's. */
export function tokensQuery() {
  return queryOptions({
    queryKey: queryKeys.tokens(),
    queryFn: ({ signal }) => allPages<Token>('/tokens', signal),
  });
}

/** Makes an API token. The answer is the one place where its text is ever seen. */
export function createToken(token: CreateToken): Promise<CreatedToken> {
  return api.post<CreatedToken>('/tokens', token);
}

/** Deletes an API token: it is good for nothing from the next request on. */
export function deleteToken({ id, revision }: Token): Promise<void> {
  return api.delete(path`/tokens/${id}`, { revision });
}
