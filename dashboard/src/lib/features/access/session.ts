import { type QueryClient, queryOptions } from '@tanstack/svelte-query';
import { api, queryKeys } from '$lib/api/index.ts';

/** Who is signed in, and until when. */
export interface Session {
  readonly user: { readonly id: string; readonly name: string; readonly email: string };
  readonly expiresAt: string;
}

/** What the first owner is made of; `token` is the one of the one-time link. */
export interface NewOwner {
  readonly token: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** Bounds of a password, the same as the manager's. */
export const passwordLength = { min: 12, max: 128 } as const;

/** The session of this browser; a 401 when there is none. */
export function sessionQuery() {
  return queryOptions({
    queryKey: queryKeys.session(),
    queryFn: ({ signal }) => api.get<Session>('/session', { signal }),
    staleTime: 5 * 60_000,
  });
}

/** Whether the first owner was created. */
export function ownerQuery() {
  return queryOptions({
    queryKey: queryKeys.owner(),
    queryFn: ({ signal }) => api.get<{ readonly exists: boolean }>('/owner', { signal }),
    staleTime: 0,
  });
}

/** Goes on as who has just signed in: what was kept belongs to whoever was here before, and nothing of it is shown again. */
export function keepSession(client: QueryClient, session: Session): void {
  client.removeQueries({ type: 'inactive' });
  client.setQueryData(queryKeys.session(), session);
  void client.invalidateQueries({ queryKey: queryKeys.account() });
}

/** Starts a session; `code` is the second factor of who has one, asked for by `two_factor_required`. */
export function signIn(credentials: {
  readonly email: string;
  readonly password: string;
  readonly code?: string;
}): Promise<Session> {
  return api.post<Session>('/session', credentials);
}

/** Ends the session, on the server too. */
export function signOut(): Promise<void> {
  return api.delete('/session');
}

/** Creates the first owner and signs them in. */
export function createOwner(owner: NewOwner): Promise<Session> {
  return api.post<Session>('/owner', owner);
}
