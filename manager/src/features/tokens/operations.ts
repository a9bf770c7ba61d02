import {
  createdTokenSchema,
  createTokenSchema,
  pageSchema,
  patchTokenSchema,
  tokenSchema,
} from '@fauna-flags/protocol';
import { isMadePlace } from '../../platform/database/index.ts';
import {
  forRequest,
  get,
  type Operation,
  pageParameters,
  patch,
  post,
  remove,
} from '../../platform/http/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { createToken, deleteToken, patchToken } from './change-token.ts';
import { listTokens } from './list-tokens.ts';
import { findToken, toToken } from './token.ts';

/** `/tokens`: what scripts come in with. Everybody sees their own, owners see all. */
export function tokenOperations(deps: WriteDeps): readonly Operation[] {
  const { database } = deps;
  return [
    get(
      '/tokens',
      {
        id: 'listTokens',
        summary: 'list API tokens',
        description: 'One’s own; for owners everybody’s; for a token itself alone.',
        needs: 'somebody',
        query: pageParameters(isMadePlace),
        answer: pageSchema(tokenSchema),
      },
      ({ c, query }) => listTokens(database, c.get('principal'), query),
    ),
    post(
      '/tokens',
      {
        id: 'createToken',
        summary: 'create an API token',
        description:
          'Its text is in this one answer, and nowhere else. A token can never do more than its maker can at the moment of each request. With a session, or with FAUNA_ADMIN_TOKEN.',
        needs: 'somebody',
        body: createTokenSchema,
        status: 201,
        answer: createdTokenSchema,
      },
      ({ c, body }) => createToken(forRequest(c, deps), c.get('principal'), body),
    ),
    get(
      '/tokens/:id',
      { id: 'getToken', summary: 'read an API token', needs: 'somebody', answer: tokenSchema },
      async ({ c, scope }) => toToken(await findToken(database.read, c.get('principal'), scope.id)),
    ),
    patch(
      '/tokens/:id',
      {
        id: 'patchToken',
        summary: 'change an API token',
        description: 'Its name, and when it ends. What it may do never changes. Not with a token.',
        needs: 'somebody',
        body: patchTokenSchema,
        answer: tokenSchema,
      },
      ({ c, scope, body }) => patchToken(deps, { ...scope, principal: c.get('principal') }, body),
    ),
    remove(
      '/tokens/:id',
      {
        id: 'deleteToken',
        summary: 'delete an API token',
        description: 'It is good for nothing from the next request on. A token may delete itself.',
        needs: 'somebody',
      },
      ({ c, scope }) => deleteToken(deps, { ...scope, principal: c.get('principal') }),
    ),
  ];
}
