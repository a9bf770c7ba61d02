import { createEnvironmentSchema, patchEnvironmentSchema } from '@fauna-flags/protocol';
import { type Context, Hono } from 'hono';
import {
  type ApiEnv,
  forRequest,
  pathKey,
  readBody,
  readEnvironmentScope,
  readIfMatch,
  readListRequest,
  resourceResponse,
} from '../../platform/http/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { deleteEnvironment, type EnvironmentChange, patchEnvironment } from './change-environment.ts';
import { createEnvironment } from './create-environment.ts';
import { toEnvironment } from './environment.ts';
import { findEnvironment } from './find-environment.ts';
import { listEnvironments } from './list-environments.ts';

const all = '/projects/:project/environments';
const one = `${all}/:environment` as const;

/** `/projects/{p}/environments`. */
export function environmentRoutes(deps: WriteDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get(all, async (c) =>
    c.json(await listEnvironments(deps.database, pathKey(c, 'project'), readListRequest(c, isPlace))),
  );
  app.post(all, async (c) => {
    const input = await readBody(c, createEnvironmentSchema);
    const scope = { actor: c.get('actor'), project: pathKey(c, 'project') };
    return resourceResponse(c, await createEnvironment(forRequest(c, deps), scope, input), 201);
  });
  app.get(one, async (c) => {
    const project = pathKey(c, 'project');
    const environment = pathKey(c, 'environment');
    const row = await findEnvironment(deps.database.read, { project, environment });
    return resourceResponse(c, toEnvironment(row, project));
  });
  app.patch(one, async (c) => {
    const patch = await readBody(c, patchEnvironmentSchema);
    return resourceResponse(c, await patchEnvironment(deps, readChange(c), patch));
  });
  app.delete(one, async (c) => {
    await deleteEnvironment(deps, readChange(c));
    return c.body(null, 204);
  });
  return app;
}

function readChange(c: Context<ApiEnv>): EnvironmentChange {
  return { ...readEnvironmentScope(c), ifMatch: readIfMatch(c) };
}

function isPlace(text: string): boolean {
  return /^\d{1,9}$/.test(text);
}
