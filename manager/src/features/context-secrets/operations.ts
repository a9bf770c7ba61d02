import { contextSecretSchema, createContextSecretSchema, pageSchema } from '@fauna-flags/protocol';
import { forRequest, get, type Operation, post, remove } from '../../platform/http/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { createContextSecret } from './create-context-secret.ts';
import { deleteContextSecret } from './delete-context-secret.ts';
import { listContextSecrets } from './list-context-secrets.ts';

const all = '/projects/:project/environments/:environment/context-secrets';

/** `/projects/{p}/environments/{e}/context-secrets`: what applications sign contexts with. */
export function contextSecretOperations(deps: WriteDeps): readonly Operation[] {
  return [
    get(
      all,
      {
        id: 'listContextSecrets',
        summary: 'list the context secrets of an environment',
        needs: 'context-secret.read',
        answer: pageSchema(contextSecretSchema),
      },
      ({ scope }) => listContextSecrets(deps, scope),
    ),
    post(
      all,
      {
        id: 'createContextSecret',
        summary: 'create a context secret',
        description: 'Its text is in this one answer, and nowhere else.',
        needs: 'context-secret.write',
        isConfirmed: true,
        body: createContextSecretSchema,
        status: 201,
        answer: contextSecretSchema,
        problems: ['unprocessable'],
      },
      ({ c, scope }) => createContextSecret(forRequest(c, deps), scope),
    ),
    remove(
      `${all}/:kid`,
      {
        id: 'deleteContextSecret',
        summary: 'delete a context secret',
        description: 'What was signed with it is refused from then on.',
        needs: 'context-secret.write',
        isConfirmed: true,
        problems: ['in_use'],
      },
      ({ scope }) => deleteContextSecret(deps, scope),
    ),
  ];
}
