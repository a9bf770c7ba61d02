import {
  audienceSchema,
  createAudienceSchema,
  pageSchema,
  patchAudienceSchema,
  usersOfSchema,
} from '@fauna-flags/protocol';
import {
  forRequest,
  get,
  isKey,
  type Operation,
  pageParameters,
  patch,
  post,
  remove,
} from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { loadProjectModel, usersOfAudience } from '../targeting/index.ts';
import { toAudience } from './audience.ts';
import { deleteAudience, patchAudience } from './change-audience.ts';
import { createAudience } from './create-audience.ts';
import { findAudience } from './find-audience.ts';
import { listAudiences } from './list-audiences.ts';

const all = '/projects/:project/audiences';
const one = `${all}/:audience` as const;

/** `/projects/{p}/audiences`: whom flags can be released to. */
export function audienceOperations(deps: WriteDeps): readonly Operation[] {
  return [
    get(
      all,
      {
        id: 'listAudiences',
        summary: 'list the audiences of a project',
        needs: 'audience.read',
        query: pageParameters(isKey),
        answer: pageSchema(audienceSchema),
      },
      ({ scope, query }) => listAudiences(deps.database, scope.project, query),
    ),
    post(
      all,
      {
        id: 'createAudience',
        summary: 'create an audience',
        needs: 'audience.write',
        body: createAudienceSchema,
        status: 201,
        answer: audienceSchema,
        problems: ['key_taken', 'unprocessable'],
      },
      ({ c, scope, body }) => createAudience(forRequest(c, deps), scope, body),
    ),
    get(
      one,
      { id: 'getAudience', summary: 'read an audience', needs: 'audience.read', answer: audienceSchema },
      async ({ scope }) => {
        const project = await findProject(deps.database.read, scope.project);
        return toAudience(await findAudience(deps.database.read, project, scope.audience), project.key);
      },
    ),
    get(
      `${one}/usage`,
      {
        id: 'getAudienceUsage',
        summary: 'tell what uses an audience',
        description: 'Flags and audiences, negated uses too. It can be deleted when there is nothing.',
        needs: 'audience.read',
        answer: usersOfSchema,
      },
      async ({ scope }) => {
        const { read } = deps.database;
        const project = await findProject(read, scope.project);
        const { key } = await findAudience(read, project, scope.audience);
        return { usedBy: usersOfAudience(await loadProjectModel(read, project.id), key) };
      },
    ),
    patch(
      one,
      {
        id: 'patchAudience',
        summary: 'change an audience',
        description: 'Whoever it is released to changes with it, in every environment.',
        needs: 'audience.write',
        body: patchAudienceSchema,
        answer: audienceSchema,
        problems: ['unprocessable'],
      },
      ({ scope, body }) => patchAudience(deps, scope, body),
    ),
    remove(
      one,
      {
        id: 'deleteAudience',
        summary: 'delete an audience',
        description: 'Only one that no flag and no other audience uses.',
        needs: 'audience.write',
        problems: ['in_use'],
      },
      ({ scope }) => deleteAudience(deps, scope),
    ),
  ];
}
