import {
  accountSchema,
  changePasswordSchema,
  openSessionSchema,
  Problem,
  pageSchema,
  sessionSchema,
} from '@fauna-flags/protocol';
import { get, type Operation, type Placement, put, remove } from '../../platform/http/index.ts';
import type { Access } from './access.ts';
import { sessionOf, signedInAnswer, visitorOf } from './answers.ts';

/** `/account`: what is one's own. */
export function accountOperations({
  access,
  placement,
}: {
  readonly access: Access;
  readonly placement: Placement;
}): readonly Operation[] {
  const { sessions } = access;
  return [
    get(
      '/account',
      {
        id: 'getAccount',
        summary: 'tell who asks, and what they may do',
        needs: 'somebody',
        answer: accountSchema,
      },
      ({ c }) => {
        const { user, ranks } = c.get('principal');
        const { everywhere } = ranks;
        return {
          user: user === undefined ? null : { id: user.id, name: user.name, email: user.email },
          isOwner: everywhere === 'owner',
          everywhere: everywhere ?? null,
          roles: Object.fromEntries(ranks.inProjects),
        };
      },
    ),
    put(
      '/account/password',
      {
        id: 'changePassword',
        summary: 'change one’s own password',
        description: 'Ends every session of theirs, and begins a new one.',
        needs: 'session',
        isConditional: false,
        body: changePasswordSchema,
        answer: sessionSchema,
        problems: ['rate_limited'],
      },
      async ({ c, body }) => {
        const { user, id: sessionId } = sessionOf(c);
        const visitor = visitorOf(c, placement);
        const { sessionEpoch } = await access.changePassword(body, { user, visitor, sessionId });
        return signedInAnswer(c, await access.signInAs({ user, sessionEpoch }, visitor), 200);
      },
    ),
    get(
      '/account/sessions',
      {
        id: 'listSessions',
        summary: 'list one’s own open sessions',
        description: 'At most a hundred, the one that was used last first.',
        needs: 'session',
        answer: pageSchema(openSessionSchema),
      },
      async ({ c }) => {
        const current = sessionOf(c);
        const open = await sessions.ofUser(current.user.id);
        return { items: open.map((each) => ({ ...each, isCurrent: each.id === current.id })) };
      },
    ),
    remove(
      '/account/sessions',
      {
        id: 'endOtherSessions',
        summary: 'end every session of one’s own but this one',
        needs: 'session',
        isConditional: false,
      },
      async ({ c }) => {
        const current = sessionOf(c);
        for (const { id } of await sessions.ofUser(current.user.id)) {
          if (id !== current.id) await sessions.end(id);
        }
      },
    ),
    remove(
      '/account/sessions/:id',
      {
        id: 'endSession',
        summary: 'end one of one’s own sessions',
        needs: 'session',
        isConditional: false,
      },
      async ({ c, scope }) => {
        const open = await sessions.ofUser(sessionOf(c).user.id);
        if (!open.some(({ id }) => id === scope.id)) {
          throw new Problem('not_found', `Cannot find session "${scope.id}" among yours`);
        }
        await sessions.end(scope.id);
      },
    ),
  ];
}
