import {
  createFlagSchema,
  patchFlagSchema,
  putConfigurationSchema,
  toggleSchema,
} from '@fauna-flags/protocol';
import { type Context, Hono } from 'hono';
import {
  type ApiEnv,
  badParameter,
  forRequest,
  isKey,
  pathKey,
  readBody,
  readConfirm,
  readIfMatch,
  readListRequest,
  readQueryText,
  resourceResponse,
} from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { archiveFlag, deleteFlag, restoreFlag } from './archive-flag.ts';
import { type FlagChange, patchFlag } from './change-flag.ts';
import { readConfiguration } from './configuration.ts';
import { createFlag } from './create-flag.ts';
import { findFlag } from './find-flag.ts';
import { toFlag } from './flag.ts';
import { type FlagListRequest, listFlags } from './list-flags.ts';
import { type ConfigurationChange, putConfiguration } from './put-configuration.ts';
import { toggleFlag } from './toggle-flag.ts';

const all = '/projects/:project/flags';
const one = `${all}/:flag` as const;
const configured = `${one}/environments/:environment` as const;

/** `/projects/{p}/flags` and their configurations. */
export function flagRoutes(deps: WriteDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get(all, async (c) =>
    c.json(await listFlags(deps.database, pathKey(c, 'project'), readFlagListRequest(c))),
  );
  app.post(all, async (c) => {
    const input = await readBody(c, createFlagSchema);
    const scope = { actor: c.get('actor'), project: pathKey(c, 'project') };
    return resourceResponse(c, await createFlag(forRequest(c, deps), scope, input), 201);
  });
  app.get(one, async (c) => {
    const project = await findProject(deps.database.read, pathKey(c, 'project'));
    const row = await findFlag(deps.database.read, project, pathKey(c, 'flag'));
    return resourceResponse(c, toFlag(row, project.key));
  });
  app.patch(one, async (c) => {
    const patch = await readBody(c, patchFlagSchema);
    return resourceResponse(c, await patchFlag(deps, readFlagChange(c), patch));
  });
  app.delete(one, async (c) => {
    await deleteFlag(deps, readFlagChange(c));
    return c.body(null, 204);
  });
  app.post(`${one}/archive`, async (c) =>
    resourceResponse(c, await archiveFlag(forRequest(c, deps), readFlagChange(c))),
  );
  app.post(`${one}/restore`, async (c) =>
    resourceResponse(c, await restoreFlag(forRequest(c, deps), readFlagChange(c))),
  );
  app.get(configured, async (c) =>
    resourceResponse(c, await readConfiguration(deps.database.read, readConfigurationChange(c))),
  );
  app.put(configured, async (c) => {
    const input = await readBody(c, putConfigurationSchema);
    const change = { ...readConfigurationChange(c), ifMatch: readIfMatch(c) };
    return resourceResponse(c, await putConfiguration(deps, change, input));
  });
  app.post(`${configured}/toggle`, async (c) => {
    const input = await readBody(c, toggleSchema);
    return resourceResponse(c, await toggleFlag(forRequest(c, deps), readConfigurationChange(c), input));
  });
  return app;
}

function readFlagChange(c: Context<ApiEnv>): FlagChange {
  return {
    actor: c.get('actor'),
    project: pathKey(c, 'project'),
    flag: pathKey(c, 'flag'),
    ifMatch: readIfMatch(c),
  };
}

function readConfigurationChange(c: Context<ApiEnv>): ConfigurationChange {
  return {
    actor: c.get('actor'),
    project: pathKey(c, 'project'),
    flag: pathKey(c, 'flag'),
    environment: pathKey(c, 'environment'),
    confirm: readConfirm(c),
  };
}

function readFlagListRequest(c: Context<ApiEnv>): FlagListRequest {
  const archived = c.req.query('archived');
  if (archived !== undefined && archived !== 'true' && archived !== 'false') {
    throw badParameter('archived', 'must be "true" or "false"');
  }
  return {
    ...readListRequest(c, isKey),
    archived: archived === undefined ? undefined : archived === 'true',
    tag: readQueryText(c, 'tag'),
  };
}
