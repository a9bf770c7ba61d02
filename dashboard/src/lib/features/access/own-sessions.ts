import type { ChangePassword, OpenSession, Page } from '@fauna-flags/protocol';
import { queryOptions } from '@tanstack/svelte-query';
import { api, path, queryKeys } from '$lib/api/index.ts';
import type { Session } from './session.ts';

/** One's own open sessions, the one that was used last first. */
export function ownSessionsQuery() {
  return queryOptions({
    queryKey: [...queryKeys.account(), 'sessions'],
    queryFn: async ({ signal }) => (await api.get<Page<OpenSession>>('/account/sessions', { signal })).items,
  });
}

/** Ends one of one's own sessions. */
export function endSession({ id }: Pick<OpenSession, 'id'>): Promise<void> {
  return api.delete(path`/account/sessions/${id}`);
}

/** Ends every session of one's own but this one. */
export function endOtherSessions(): Promise<void> {
  return api.delete('/account/sessions');
}

/** Changes one's own password. Every session ends; the answer is a new one. */
export function changePassword(change: ChangePassword): Promise<Session> {
  return api.put<Session>('/account/password', change);
}
