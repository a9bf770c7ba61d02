import {
  attributeSchema,
  createAttributeSchema,
  pageSchema,
  patchAttributeSchema,
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
import { loadProjectModel, usersOfAttribute } from '../targeting/index.ts';
import { toAttribute } from './attribute.ts';
import { deleteAttribute, patchAttribute } from './change-attribute.ts';
import { createAttribute } from './create-attribute.ts';
import { findAttribute } from './find-attribute.ts';
import { listAttributes } from './list-attributes.ts';

const all = '/projects/:project/attributes';
const one = `${all}/:attribute` as const;

/** `/projects/{p}/attributes`: what contexts are described with. */
export function attributeOperations(deps: WriteDeps): readonly Operation[] {
  return [
    get(
      all,
      {
        id: 'listAttributes',
        summary: 'list the attributes of a project',
        needs: 'attribute.read',
        query: pageParameters(isKey),
        answer: pageSchema(attributeSchema),
      },
      ({ scope, query }) => listAttributes(deps.database, scope.project, query),
    ),
    post(
      all,
      {
        id: 'createAttribute',
        summary: 'declare an attribute',
        needs: 'attribute.write',
        body: createAttributeSchema,
        status: 201,
        answer: attributeSchema,
        problems: ['key_taken', 'unprocessable'],
      },
      ({ c, scope, body }) => createAttribute(forRequest(c, deps), scope, body),
    ),
    get(
      one,
      { id: 'getAttribute', summary: 'read an attribute', needs: 'attribute.read', answer: attributeSchema },
      async ({ scope }) => {
        const project = await findProject(deps.database.read, scope.project);
        return toAttribute(await findAttribute(deps.database.read, project, scope.attribute), project.key);
      },
    ),
    get(
      `${one}/usage`,
      {
        id: 'getAttributeUsage',
        summary: 'tell what uses an attribute',
        description:
          'Flags and audiences, negated uses too, and what buckets by it. It can be deleted when there is nothing.',
        needs: 'attribute.read',
        answer: usersOfSchema,
      },
      async ({ scope }) => {
        const { read } = deps.database;
        const project = await findProject(read, scope.project);
        const { key } = await findAttribute(read, project, scope.attribute);
        return { usedBy: usersOfAttribute(await loadProjectModel(read, project.id), key) };
      },
    ),
    patch(
      one,
      {
        id: 'patchAttribute',
        summary: 'change an attribute',
        description: 'Its key and its type never change.',
        needs: 'attribute.write',
        body: patchAttributeSchema,
        answer: attributeSchema,
        problems: ['unprocessable'],
      },
      ({ scope, body }) => patchAttribute(deps, scope, body),
    ),
    remove(
      one,
      {
        id: 'deleteAttribute',
        summary: 'delete an attribute',
        description: 'Only one that no condition and no rollout uses.',
        needs: 'attribute.write',
        problems: ['in_use'],
      },
      ({ scope }) => deleteAttribute(deps, scope),
    ),
  ];
}
