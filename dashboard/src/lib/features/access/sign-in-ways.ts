import type { SignInError, SignInWays } from '@fauna-flags/protocol';
import { queryOptions } from '@tanstack/svelte-query';
import { api, queryKeys } from '$lib/api/index.ts';

/** Which ways in there are. */
export function signInWaysQuery() {
  return queryOptions({
    queryKey: queryKeys.signInWays(),
    queryFn: ({ signal }) => api.get<SignInWays>('/sign-in', { signal }),
  });
}

/** Where the way through the identity provider begins; no page of the dashboard, so that the browser must load it. */
export function oidcStart(next: string): string {
  return `/api/v1/sign-in/oidc?next=${encodeURIComponent(next)}`;
}

const words: Readonly<Record<SignInError, string>> = {
  denied: 'You were not let in there. Try again, or sign in with your password',
  expired: 'That took too long, or was begun in another window. Try again',
  unavailable: 'The identity provider does not answer. Try again later, or sign in with your password',
  no_account: 'You have no account here. Ask whoever runs Fauna to invite you',
  email_not_verified: 'The identity provider has not verified your e-mail address. Verify it there first',
  failed: 'The answer of the identity provider is not good. Whoever runs Fauna finds more in the log',
};

/** What the address of the sign-in page says went wrong; whatever else stands there says nothing. */
export function signInErrorWords(search: URLSearchParams): string | undefined {
  const error = search.get('error');
  return error !== null && Object.hasOwn(words, error) ? words[error as SignInError] : undefined;
}
