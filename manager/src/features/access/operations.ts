import { createOwnerSchema, ownerSchema, Problem, sessionSchema, signInSchema } from '@fauna-flags/protocol';
import {
  get,
  type Operation,
  type Placement,
  post,
  put,
  refuseForeignSite,
  remove,
  tokenCheck,
} from '../../platform/http/index.ts';
import type { Access } from './access.ts';
import { sessionOf, signedInAnswer, visitorOf } from './answers.ts';
import { endFormerSession } from './end-former-session.ts';

/** Body of `PUT /owner/password`. */
const resetPasswordSchema = createOwnerSchema.pick({ email: true, password: true });

/** What the operations of accounts need. */
export interface AccessOperationsDeps {
  readonly access: Access;
  readonly placement: Placement;
  readonly adminToken: string;
}

/** `/owner`, and `POST /session`: what can be asked without being anybody yet. */
export function openAccessOperations({
  access,
  placement,
  adminToken,
}: AccessOperationsDeps): readonly Operation[] {
  const isAdminToken = tokenCheck(adminToken);

  return [
    get(
      '/owner',
      {
        id: 'getOwner',
        summary: 'tell whether there is an owner',
        needs: 'anyone',
        answer: ownerSchema,
      },
      async () => ({ exists: await access.ownerExists() }),
    ),
    post(
      '/owner',
      {
        id: 'createOwner',
        summary: 'create the first owner',
        description:
          'With the token of the one-time link that Fauna prints when it starts, or with FAUNA_ADMIN_TOKEN. Signs the owner in.',
        needs: 'anyone',
        body: createOwnerSchema,
        status: 201,
        answer: sessionSchema,
        problems: ['forbidden', 'owner_exists', 'rate_limited'],
      },
      async ({ c, body }) => {
        refuseForeignSite(c, placement);
        const visitor = visitorOf(c, placement);
        return signedInAnswer(c, await access.createOwner(body, { ...visitor, isAdmin: isAdminToken(c) }));
      },
    ),
    post(
      '/session',
      {
        id: 'signIn',
        summary: 'sign in',
        description:
          'The session’s token is in the cookie alone. An account with a second factor takes a `code` too: without a good one, the right password is answered with two_factor_required.',
        needs: 'anyone',
        body: signInSchema,
        isKept: false,
        status: 201,
        answer: sessionSchema,
        problems: ['unauthorized', 'two_factor_required', 'forbidden', 'rate_limited'],
      },
      async ({ c, body }) => {
        refuseForeignSite(c, placement);
        const signedIn = await access.signIn(body, visitorOf(c, placement));
        await endFormerSession(access.sessions, c.req.raw.headers);
        return signedInAnswer(c, signedIn);
      },
    ),
  ];
}

/** `GET` and `DELETE /session`: the session that a request comes with; and `PUT /owner/password`, for who has none. */
export function sessionOperations({ access }: Pick<AccessOperationsDeps, 'access'>): readonly Operation[] {
  return [
    get(
      '/session',
      { id: 'getSession', summary: 'tell whose session this is', needs: 'session', answer: sessionSchema },
      ({ c }) => {
        const { user, expiresAt } = sessionOf(c);
        return { user, expiresAt: expiresAt.toISOString() };
      },
    ),
    put(
      '/owner/password',
      {
        id: 'resetPassword',
        summary: 'set the password of somebody who has forgotten theirs',
        description: 'Only with FAUNA_ADMIN_TOKEN. Every session of theirs is ended.',
        needs: 'user.write',
        isConditional: false,
        body: resetPasswordSchema,
        problems: ['not_found', 'rate_limited'],
      },
      async ({ c, scope, body }) => {
        // Whoever has a session, or a token made in one, was let in by a password; only whoever runs Fauna may do without.
        if (c.get('principal').credential.kind !== 'admin-token') {
          throw new Problem(
            'forbidden',
            'Cannot set somebody’s password with a session or a token of one’s own: this takes FAUNA_ADMIN_TOKEN',
          );
        }
        await access.resetPassword(body, scope.actor);
      },
    ),
    remove(
      '/session',
      { id: 'signOut', summary: 'sign out', needs: 'session', isConditional: false },
      async ({ c }) => {
        await access.sessions.end(sessionOf(c).id);
        return c.body(null, 204, { 'Set-Cookie': access.forgetSession });
      },
    ),
  ];
}
