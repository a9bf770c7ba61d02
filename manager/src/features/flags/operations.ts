import {
  configurationSchema,
  createFlagSchema,
  flagSchema,
  listedFlagSchema,
  pageSchema,
  patchFlagSchema,
  putConfigurationSchema,
  toggleSchema,
} from '@fauna-flags/protocol';
import {
  booleanParameter,
  forRequest,
  get,
  isKey,
  type Operation,
  pageParameters,
  patch,
  post,
  put,
  remove,
  textParameter,
} from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { archiveFlag, deleteFlag, restoreFlag } from './archive-flag.ts';
import { patchFlag } from './change-flag.ts';
import { readConfiguration } from './configuration.ts';
import { createFlag } from './create-flag.ts';
import { findFlag } from './find-flag.ts';
import { toFlag } from './flag.ts';
import { listFlags } from './list-flags.ts';
import { putConfiguration } from './put-configuration.ts';
import { toggleFlag } from './toggle-flag.ts';

const all = '/projects/:project/flags';
const one = `${all}/:flag` as const;
const configured = `${one}/environments/:environment` as const;

/** `/projects/{p}/flags`: what flags are in every environment. */
export function flagOperations(deps: WriteDeps): readonly Operation[] {
  return [
    get(
      all,
      {
        id: 'listFlags',
        summary: 'list the flags of a project',
        description: 'In the order of their keys, each with its state in every environment.',
        needs: 'flag.read',
        query: {
          ...pageParameters(isKey),
          archived: booleanParameter('Only archived flags, or only others; absent: both.'),
          tag: textParameter('Only flags that carry this tag.'),
        },
        answer: pageSchema(listedFlagSchema),
      },
      ({ scope, query }) => listFlags(deps.database, scope.project, query),
    ),
    post(
      all,
      {
        id: 'createFlag',
        summary: 'create a flag',
        description:
          'It starts off in every environment. A boolean flag has the variations `on` and `off` unless told otherwise.',
        needs: 'flag.write',
        body: createFlagSchema,
        status: 201,
        answer: flagSchema,
        problems: ['key_taken', 'unprocessable'],
      },
      ({ c, scope, body }) => createFlag(forRequest(c, deps), scope, body),
    ),
    get(
      one,
      { id: 'getFlag', summary: 'read a flag', needs: 'flag.read', answer: flagSchema },
      async ({ scope }) => {
        const project = await findProject(deps.database.read, scope.project);
        return toFlag(await findFlag(deps.database.read, project, scope.flag), project.key);
      },
    ),
    patch(
      one,
      {
        id: 'patchFlag',
        summary: 'change a flag',
        description:
          'How it is configured in an environment is left alone. `variations` is the whole list, matched by key; leaving out one that is served somewhere is refused.',
        needs: 'flag.write',
        body: patchFlagSchema,
        answer: flagSchema,
        problems: ['in_use', 'unprocessable'],
      },
      ({ scope, body }) => patchFlag(deps, scope, body),
    ),
    remove(
      one,
      {
        id: 'deleteFlag',
        summary: 'delete a flag',
        description: 'For good, and only one that is archived, off everywhere and nobody’s prerequisite.',
        needs: 'flag.write',
        problems: ['still_on', 'in_use'],
      },
      ({ scope }) => deleteFlag(deps, scope),
    ),
    post(
      `${one}/archive`,
      {
        id: 'archiveFlag',
        summary: 'archive a flag',
        description: 'It leaves every ruleset, and can come back.',
        needs: 'flag.write',
        answer: flagSchema,
        problems: ['in_use'],
      },
      ({ c, scope }) => archiveFlag(forRequest(c, deps), scope),
    ),
    post(
      `${one}/restore`,
      {
        id: 'restoreFlag',
        summary: 'restore an archived flag',
        description: 'As it was, on where it was on.',
        needs: 'flag.write',
        answer: flagSchema,
        problems: ['unprocessable'],
      },
      ({ c, scope }) => restoreFlag(forRequest(c, deps), scope),
    ),
  ];
}

/** `/projects/{p}/flags/{f}/environments/{e}`: what a flag does in one environment. */
export function configurationOperations(deps: WriteDeps): readonly Operation[] {
  return [
    get(
      configured,
      {
        id: 'getConfiguration',
        summary: 'read the configuration of a flag in an environment',
        needs: 'configuration.read',
        answer: configurationSchema,
      },
      ({ scope }) => readConfiguration(deps.database.read, scope),
    ),
    put(
      configured,
      {
        id: 'putConfiguration',
        summary: 'configure a flag in an environment',
        description: 'The whole configuration; `enabled` stays as it is when it is left out.',
        needs: 'configuration.write',
        isConfirmed: true,
        body: putConfigurationSchema,
        answer: configurationSchema,
        problems: ['unprocessable'],
      },
      ({ scope, body }) => putConfiguration(deps, scope, body),
    ),
    post(
      `${configured}/toggle`,
      {
        id: 'toggleFlag',
        summary: 'turn a flag on or off in an environment',
        description: 'Changes nothing else, whatever others are editing meanwhile.',
        needs: 'configuration.write',
        isConfirmed: true,
        body: toggleSchema,
        answer: configurationSchema,
      },
      ({ c, scope, body }) => toggleFlag(forRequest(c, deps), scope, body),
    ),
  ];
}
