import {
  configurationSchema,
  configurationVersionSchema,
  copyConfigurationSchema,
  createFlagSchema,
  flagDifferenceSchema,
  flagSchema,
  listedFlagSchema,
  pageSchema,
  patchFlagSchema,
  putConfigurationSchema,
  restoreConfigurationSchema,
  toggleSchema,
} from '@fauna-flags/protocol';
import {
  booleanParameter,
  countParameter,
  forRequest,
  get,
  isKey,
  type Operation,
  pageParameters,
  patch,
  post,
  put,
  remove,
  required,
  textParameter,
} from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { archiveFlag, deleteFlag, restoreFlag } from './archive-flag.ts';
import { patchFlag } from './change-flag.ts';
import { compareEnvironments } from './compare-environments.ts';
import { readConfiguration } from './configuration.ts';
import { listConfigurationHistory, readConfigurationVersion } from './configuration-history.ts';
import { copyConfiguration } from './copy-configuration.ts';
import { createFlag } from './create-flag.ts';
import { findFlag } from './find-flag.ts';
import { toFlag } from './flag.ts';
import { listFlags } from './list-flags.ts';
import { putConfiguration } from './put-configuration.ts';
import { restoreConfiguration } from './restore-configuration.ts';
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
          stale: booleanParameter('Only flags that nobody needs any more, or only others; absent: both.'),
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
    post(
      `${configured}/copy`,
      {
        id: 'copyConfiguration',
        summary: 'copy the configuration of a flag from another environment',
        description:
          'All of it but `enabled`, which stays as it is unless `includeEnabled` says otherwise; the ids of rules stay the same. `If-Match` may say which revision is meant to be replaced.',
        needs: 'configuration.write',
        isConfirmed: true,
        body: copyConfigurationSchema,
        answer: configurationSchema,
        problems: ['stale_revision'],
      },
      ({ c, scope, body }) => copyConfiguration(forRequest(c, deps), scope, body),
    ),
    post(
      `${configured}/restore`,
      {
        id: 'restoreConfiguration',
        summary: 'restore an earlier configuration of a flag in an environment',
        description:
          'Makes a new revision that equals the earlier one but for `enabled`, which stays as it is unless `includeEnabled` says otherwise: going back to earlier rules does not undo a kill switch. `If-Match` may say which revision is meant to be replaced.',
        needs: 'configuration.write',
        isConfirmed: true,
        body: restoreConfigurationSchema,
        answer: configurationSchema,
        problems: ['stale_revision'],
      },
      ({ c, scope, body }) => restoreConfiguration(forRequest(c, deps), scope, body),
    ),
  ];
}

const history = `${configured}/history` as const;
const isRevision = (text: string) => /^[1-9]\d{0,8}$/.test(text);

/** What configurations were, and where they differ. */
export function historyOperations(deps: Pick<WriteDeps, 'database'>): readonly Operation[] {
  const { limit, cursor } = pageParameters(isRevision);
  return [
    get(
      history,
      {
        id: 'listConfigurationHistory',
        summary: 'list the revisions of a flag’s configuration in an environment',
        description:
          'The newest first, each with who made it and what it changed. A page ends early where what it tells of comes to a megabyte.',
        needs: 'configuration.read',
        query: { limit, cursor },
        answer: pageSchema(configurationVersionSchema),
      },
      ({ scope, query }) => listConfigurationHistory(deps.database, scope, query),
    ),
    get(
      `${history}/:revision`,
      {
        id: 'getConfigurationVersion',
        summary: 'read one revision of a flag’s configuration in an environment',
        needs: 'configuration.read',
        query: {
          from: countParameter('The revision against which to tell the changes; absent: the one before.'),
        },
        answer: configurationVersionSchema,
      },
      ({ scope, query }) => readConfigurationVersion(deps.database, scope, query),
    ),
    get(
      '/projects/:project/compare',
      {
        id: 'compareEnvironments',
        summary: 'compare two environments of a project',
        description:
          'The flags that are not archived and configured otherwise in one than in the other, in the order of their keys, each with what differs. The ids of rules are no difference.',
        needs: 'configuration.read',
        query: {
          ...pageParameters(isKey),
          from: required(textParameter('The key of the one environment.')),
          to: required(
            textParameter('The key of the other: what is there, and not in the first, is `after`.'),
          ),
        },
        answer: pageSchema(flagDifferenceSchema),
      },
      ({ scope, query }) => compareEnvironments(deps.database, scope.project, query),
    ),
  ];
}
