import {
  acceptInvitationSchema,
  createdInvitationSchema,
  createInvitationSchema,
  createMemberSchema,
  invitationSchema,
  invitationTokenBodySchema,
  memberSchema,
  offeredInvitationSchema,
  pageSchema,
  patchInvitationSchema,
  patchMemberSchema,
  sessionSchema,
} from '@fauna-flags/protocol';
import { isMadePlace } from '../../platform/database/index.ts';
import {
  forRequest,
  get,
  type Operation,
  type Placement,
  pageParameters,
  patch,
  post,
  refuseForeignSite,
  remove,
} from '../../platform/http/index.ts';
import { type Access, newcomer, sessionOf, signedInAnswer, visitorOf } from '../access/index.ts';
import { findProject } from '../projects/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { isPersonPlace } from '../users/index.ts';
import { acceptInvitation, joinByInvitation, readInvitation } from './accept-invitation.ts';
import { createInvitation, deleteInvitation, listInvitations, patchInvitation } from './change-invitation.ts';
import { createMember, deleteMember, patchMember } from './change-member.ts';
import { findInvitation, toInvitation } from './invitation.ts';
import { listMembers } from './list-members.ts';
import { findMember, toMember } from './member.ts';

/** What the operations of members need. */
export interface MemberOperationsDeps extends WriteDeps {
  readonly access: Access;
  readonly placement: Placement;
}

const members = '/projects/:project/members';
const invitations = '/projects/:project/invitations';

/** `/invitations/read` and `/invitations/accept`: for who has a link and is nobody yet. */
export function openInvitationOperations(deps: MemberOperationsDeps): readonly Operation[] {
  const { access, placement } = deps;
  return [
    post(
      '/invitations/read',
      {
        id: 'readInvitation',
        summary: 'read what an invitation offers',
        description: 'The token is in the body, so that it is in no log.',
        needs: 'anyone',
        body: invitationTokenBodySchema,
        isKept: false,
        answer: offeredInvitationSchema,
        problems: ['not_found', 'forbidden'],
      },
      ({ c, body }) => {
        refuseForeignSite(c, placement);
        return readInvitation(deps, body.token);
      },
    ),
    post(
      '/invitations/accept',
      {
        id: 'acceptInvitation',
        summary: 'accept an invitation',
        description:
          'Makes an account, a member of the project, and a session. Who has an account signs in and joins.',
        needs: 'anyone',
        body: acceptInvitationSchema,
        status: 201,
        answer: sessionSchema,
        problems: ['not_found', 'forbidden', 'account_exists', 'rate_limited'],
      },
      async ({ c, body }) => {
        refuseForeignSite(c, placement);
        const visitor = visitorOf(c, placement);
        const user = await acceptInvitation({ ...deps, accounts: access.accounts }, body, visitor.address);
        return signedInAnswer(c, await access.signInAs(newcomer(user), visitor));
      },
    ),
  ];
}

/** `/projects/{p}/members` and `/projects/{p}/invitations`: who may do what in a project. */
export function memberOperations(deps: MemberOperationsDeps): readonly Operation[] {
  const { database } = deps;
  const dashboardUrl = deps.placement.url;
  return [
    get(
      members,
      {
        id: 'listMembers',
        summary: 'list the members of a project',
        description: 'Owners of the installation are not among them: they may do everything everywhere.',
        needs: 'member.read',
        query: pageParameters(isPersonPlace),
        answer: pageSchema(memberSchema),
      },
      ({ scope, query }) => listMembers(database, scope.project, query),
    ),
    post(
      members,
      {
        id: 'createMember',
        summary: 'make a user a member',
        description: 'Who has no account yet is invited.',
        needs: 'member.write',
        body: createMemberSchema,
        status: 201,
        answer: memberSchema,
        problems: ['key_taken'],
      },
      ({ c, scope, body }) => createMember(forRequest(c, deps), scope, body),
    ),
    get(
      `${members}/:id`,
      { id: 'getMember', summary: 'read a member', needs: 'member.read', answer: memberSchema },
      async ({ scope }) =>
        toMember(await findMember(database.read, await findProject(database.read, scope.project), scope.id)),
    ),
    patch(
      `${members}/:id`,
      {
        id: 'patchMember',
        summary: 'change what a member is',
        description: 'It holds from their next request on.',
        needs: 'member.write',
        body: patchMemberSchema,
        answer: memberSchema,
      },
      ({ scope, body }) => patchMember(deps, scope, body),
    ),
    remove(
      `${members}/:id`,
      { id: 'deleteMember', summary: 'take a member out of a project', needs: 'member.write' },
      ({ scope }) => deleteMember(deps, scope),
    ),
    get(
      invitations,
      {
        id: 'listInvitations',
        summary: 'list the invitations of a project that nobody has accepted',
        needs: 'member.read',
        query: pageParameters(isMadePlace),
        answer: pageSchema(invitationSchema),
      },
      ({ scope, query }) => listInvitations(deps, scope.project, query),
    ),
    post(
      invitations,
      {
        id: 'createInvitation',
        summary: 'invite somebody',
        description:
          'Makes a link that is good once. Its token is in this one answer, and nowhere else. With an e-mail address it is good for that one alone; nothing is sent.',
        needs: 'member.write',
        body: createInvitationSchema,
        status: 201,
        answer: createdInvitationSchema,
      },
      ({ c, scope, body }) => createInvitation(forRequest(c, { ...deps, dashboardUrl }), scope, body),
    ),
    get(
      `${invitations}/:id`,
      { id: 'getInvitation', summary: 'read an invitation', needs: 'member.read', answer: invitationSchema },
      async ({ scope }) =>
        toInvitation(
          await findInvitation(database.read, await findProject(database.read, scope.project), scope.id),
        ),
    ),
    patch(
      `${invitations}/:id`,
      {
        id: 'patchInvitation',
        summary: 'change an invitation',
        needs: 'member.write',
        body: patchInvitationSchema,
        answer: invitationSchema,
      },
      ({ scope, body }) => patchInvitation(deps, scope, body),
    ),
    remove(
      `${invitations}/:id`,
      { id: 'deleteInvitation', summary: 'take an invitation back', needs: 'member.write' },
      ({ scope }) => deleteInvitation(deps, scope),
    ),
    post(
      '/invitations/join',
      {
        id: 'joinByInvitation',
        summary: 'join a project by an invitation',
        needs: 'session',
        body: invitationTokenBodySchema,
        answer: memberSchema,
        problems: ['not_found'],
      },
      ({ c, scope, body }) =>
        joinByInvitation(deps, body.token, { user: sessionOf(c).user, actor: scope.actor }),
    ),
  ];
}
