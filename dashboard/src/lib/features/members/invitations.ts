import type {
  AcceptInvitation,
  CreatedInvitation,
  CreateInvitation,
  Invitation,
  Member,
  OfferedInvitation,
} from '@fauna-flags/protocol';
import { queryOptions } from '@tanstack/svelte-query';
import { allPages, api, path, queryKeys } from '$lib/api/index.ts';
import type { Session } from '../access/session.ts';

/** The open invitations of a project, those that have run out included. */
export function invitationsQuery(project: string) {
  return queryOptions({
    queryKey: queryKeys.invitations(project),
    queryFn: ({ signal }) => allPages<Invitation>(path`/projects/${project}/invitations`, signal),
  });
}

/** Makes a link that is good once. The answer is the one place where it is ever seen. */
export function createInvitation(project: string, invitation: CreateInvitation): Promise<CreatedInvitation> {
  return api.post<CreatedInvitation>(path`/projects/${project}/invitations`, invitation);
}

/** Takes an invitation back. */
export function deleteInvitation(project: string, { id, revision }: Invitation): Promise<void> {
  return api.delete(path`/projects/${project}/invitations/${id}`, { revision });
}

/** What the link with this token offers; a 404 when it is of no more use. Kept nowhere: the token opens a project. */
export function offerQuery(token: string) {
  return queryOptions({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) => api.post<OfferedInvitation>('/invitations/read', { token }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

/** Makes an account, a member and a session of who has none. */
export function acceptInvitation(invitation: AcceptInvitation): Promise<Session> {
  return api.post<Session>('/invitations/accept', invitation);
}

/** Makes whoever is signed in a member. */
export function joinByInvitation(token: string): Promise<Member> {
  return api.post<Member>('/invitations/join', { token });
}

/** The link as one can send it: without a public address of Fauna the API only knows its path. */
export function linkToSend(link: string, origin: string): string {
  return new URL(link, origin).href;
}

/** How long an invitation is good, and what to say of it. */
export const lifetimes = [
  { value: '1', label: 'A day' },
  { value: '7', label: 'A week' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
] as const;
export type Lifetime = (typeof lifetimes)[number]['value'];

/** When an invitation that is made now ends. A clock that is ahead of the manager's must not ask for more than it gives. */
export function endOf(lifetime: Lifetime, now: number): string {
  const minuteMs = 60_000;
  return new Date(now + Number(lifetime) * 86_400_000 - 5 * minuteMs).toISOString();
}
