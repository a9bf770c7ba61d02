import { createSdkKeySchema, pageSchema, rotateSdkKeySchema, sdkKeySchema } from '@fauna-flags/protocol';
import { isMadePlace } from '../../platform/database/index.ts';
import { forRequest, get, type Operation, pageParameters, post, remove } from '../../platform/http/index.ts';
import { findEnvironment } from '../environments/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { readKeyUses } from '../usage/index.ts';
import { findSdkKey, revokeSdkKey, rotateSdkKey } from './change-sdk-key.ts';
import { createSdkKey } from './create-sdk-key.ts';
import { listSdkKeys } from './list-sdk-keys.ts';
import { toSdkKey } from './sdk-key.ts';

const all = '/projects/:project/environments/:environment/sdk-keys';
const one = `${all}/:id` as const;

/** `/projects/{p}/environments/{e}/sdk-keys`: what applications open bearers with. */
export function sdkKeyOperations(deps: WriteDeps): readonly Operation[] {
  return [
    get(
      all,
      {
        id: 'listSdkKeys',
        summary: 'list the SDK keys of an environment',
        needs: 'sdk-key.read',
        query: pageParameters(isMadePlace),
        answer: pageSchema(sdkKeySchema),
      },
      ({ scope, query }) => listSdkKeys(deps, scope, query),
    ),
    post(
      all,
      {
        id: 'createSdkKey',
        summary: 'create an SDK key',
        description: 'A server key’s text is in this one answer, and nowhere else.',
        needs: 'sdk-key.write',
        isConfirmed: true,
        body: createSdkKeySchema,
        status: 201,
        answer: sdkKeySchema,
        problems: ['unprocessable'],
      },
      ({ c, scope, body }) => createSdkKey(forRequest(c, deps), scope, body),
    ),
    get(
      one,
      { id: 'getSdkKey', summary: 'read an SDK key', needs: 'sdk-key.read', answer: sdkKeySchema },
      async ({ scope }) => {
        const environment = await findEnvironment(deps.database.read, scope);
        const row = await findSdkKey(deps.database.read, environment, scope.id);
        const uses = await readKeyUses(deps.database.read, [row.id]);
        return { ...toSdkKey(row, environment.key, deps.now()), ...uses(row.id) };
      },
    ),
    post(
      `${one}/rotate`,
      {
        id: 'rotateSdkKey',
        summary: 'rotate an SDK key',
        description: 'A new key takes its place; the old one works until the grace ends.',
        needs: 'sdk-key.write',
        isConfirmed: true,
        body: rotateSdkKeySchema,
        status: 201,
        answer: sdkKeySchema,
        problems: ['unprocessable'],
      },
      ({ c, scope, body }) => rotateSdkKey(forRequest(c, deps), scope, body),
    ),
    remove(
      one,
      {
        id: 'revokeSdkKey',
        summary: 'revoke an SDK key',
        description: 'At once, on open streams too.',
        needs: 'sdk-key.write',
        isConfirmed: true,
      },
      ({ scope }) => revokeSdkKey(deps, scope),
    ),
  ];
}
