import { createProjectSchema, pageSchema, patchProjectSchema, projectSchema } from '@fauna-flags/protocol';
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
import type { WriteDeps } from '../publishing/index.ts';
import { deleteProject, patchProject } from './change-project.ts';
import { createProject } from './create-project.ts';
import { findProject } from './find-project.ts';
import { listProjects } from './list-projects.ts';
import { toProject } from './project.ts';

const all = '/projects';
const one = `${all}/:project` as const;

/** `/projects`. */
export function projectOperations(deps: WriteDeps): readonly Operation[] {
  return [
    get(
      all,
      {
        id: 'listProjects',
        summary: 'list projects',
        description: 'Those that the sender is somebody in.',
        needs: 'somebody',
        query: pageParameters(isKey),
        answer: pageSchema(projectSchema),
      },
      ({ c, query }) => listProjects(deps.database, c.get('principal'), query),
    ),
    post(
      all,
      {
        id: 'createProject',
        summary: 'create a project',
        description: 'With the environments development, staging and production.',
        needs: 'project.create',
        body: createProjectSchema,
        status: 201,
        answer: projectSchema,
        problems: ['key_taken'],
      },
      ({ c, scope, body }) => createProject(forRequest(c, deps), scope, body),
    ),
    get(
      one,
      { id: 'getProject', summary: 'read a project', needs: 'project.read', answer: projectSchema },
      async ({ scope }) => toProject(await findProject(deps.database.read, scope.project)),
    ),
    patch(
      one,
      {
        id: 'patchProject',
        summary: 'change a project',
        needs: 'project.write',
        body: patchProjectSchema,
        answer: projectSchema,
        problems: ['unprocessable'],
      },
      ({ scope, body }) => patchProject(deps, scope, body),
    ),
    remove(
      one,
      {
        id: 'deleteProject',
        summary: 'delete a project',
        description: 'With everything in it, for good. Its audit trail stays.',
        needs: 'project.delete',
        isConfirmed: true,
      },
      ({ scope }) => deleteProject(deps, scope),
    ),
  ];
}
