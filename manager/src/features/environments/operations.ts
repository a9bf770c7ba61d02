import {
  createEnvironmentSchema,
  environmentSchema,
  pageSchema,
  patchEnvironmentSchema,
} from '@fauna-flags/protocol';
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
import { deleteEnvironment, patchEnvironment } from './change-environment.ts';
import { createEnvironment } from './create-environment.ts';
import { toEnvironment } from './environment.ts';
import { findEnvironment } from './find-environment.ts';
import { listEnvironments } from './list-environments.ts';

const all = '/projects/:project/environments';
const one = `${all}/:environment` as const;

/** `/projects/{p}/environments`. */
export function environmentOperations(deps: WriteDeps): readonly Operation[] {
  return [
    get(
      all,
      {
        id: 'listEnvironments',
        summary: 'list the environments of a project',
        needs: 'environment.read',
        query: pageParameters((text) => /^\d{1,9}$/.test(text)),
        answer: pageSchema(environmentSchema),
      },
      ({ scope, query }) => listEnvironments(deps.database, scope.project, query),
    ),
    post(
      all,
      {
        id: 'createEnvironment',
        summary: 'create an environment',
        description: 'Every flag starts off in it.',
        needs: 'environment.write',
        body: createEnvironmentSchema,
        status: 201,
        answer: environmentSchema,
        problems: ['key_taken', 'unprocessable'],
      },
      ({ c, scope, body }) => createEnvironment(forRequest(c, deps), scope, body),
    ),
    get(
      one,
      {
        id: 'getEnvironment',
        summary: 'read an environment',
        needs: 'environment.read',
        answer: environmentSchema,
      },
      async ({ scope }) => toEnvironment(await findEnvironment(deps.database.read, scope), scope.project),
    ),
    patch(
      one,
      {
        id: 'patchEnvironment',
        summary: 'change an environment',
        needs: 'environment.write',
        isConfirmed: true,
        body: patchEnvironmentSchema,
        answer: environmentSchema,
        problems: ['unprocessable'],
      },
      ({ scope, body }) => patchEnvironment(deps, scope, body),
    ),
    remove(
      one,
      {
        id: 'deleteEnvironment',
        summary: 'delete an environment',
        description: 'With its configurations and its keys, for good; its streams are closed.',
        needs: 'environment.write',
        isConfirmed: true,
        problems: ['in_use'],
      },
      ({ scope }) => deleteEnvironment(deps, scope),
    ),
  ];
}
