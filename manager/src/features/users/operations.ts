import { installationUserSchema, pageSchema, patchUserSchema } from '@fauna-flags/protocol';
import { get, type Operation, pageParameters, patch, remove } from '../../platform/http/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { deleteUser, endUserSessions, patchUser } from './change-user.ts';
import { listUsers } from './list-users.ts';
import { isPersonPlace } from './people.ts';
import { findUser, toUser } from './user.ts';

/** What the operations of users need. */
export interface UserOperationsDeps extends WriteDeps {
  readonly access: {
    readonly sessions: { tellEnded(ended: readonly { readonly id: string }[]): void };
  };
}

/** `/users`: everybody who can sign in, for owners. */
export function userOperations(deps: UserOperationsDeps): readonly Operation[] {
  const { sessions } = deps.access;
  return [
    get(
      '/users',
      {
        id: 'listUsers',
        summary: 'list all users',
        needs: 'user.read',
        query: pageParameters(isPersonPlace),
        answer: pageSchema(installationUserSchema),
      },
      ({ query }) => listUsers(deps.database, query),
    ),
    get(
      '/users/:id',
      { id: 'getUser', summary: 'read a user', needs: 'user.read', answer: installationUserSchema },
      async ({ scope }) => toUser(deps.database.read, await findUser(deps.database.read, scope.id)),
    ),
    patch(
      '/users/:id',
      {
        id: 'patchUser',
        summary: 'change a user',
        description:
          'Their name, and whether they are an owner of the installation. The last owner stays one.',
        needs: 'user.write',
        body: patchUserSchema,
        answer: installationUserSchema,
        problems: ['last_owner'],
      },
      ({ scope, body }) => patchUser(deps, scope, body),
    ),
    remove(
      '/users/:id',
      {
        id: 'deleteUser',
        summary: 'delete a user',
        description:
          'Their sessions, memberships and API tokens go with them. What they have done stays in the audit trail.',
        needs: 'user.write',
        problems: ['last_owner'],
      },
      async ({ scope }) => sessions.tellEnded(await deleteUser(deps, scope)),
    ),
    remove(
      '/users/:id/sessions',
      {
        id: 'endUserSessions',
        summary: 'end every session of a user',
        needs: 'user.write',
        isConditional: false,
      },
      async ({ scope }) => sessions.tellEnded(await endUserSessions(deps, scope)),
    ),
  ];
}
