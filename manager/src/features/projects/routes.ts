import { createProjectSchema, patchProjectSchema } from '@fauna-flags/protocol';
import { type Context, Hono } from 'hono';
import {
  type ApiEnv,
  forRequest,
  isKey,
  pathKey,
  readBody,
  readConfirm,
  readIfMatch,
  readListRequest,
  resourceResponse,
} from '../../platform/http/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { deleteProject, type ProjectChange, patchProject } from './change-project.ts';
import { createProject } from './create-project.ts';
import { findProject } from './find-project.ts';
import { listProjects } from './list-projects.ts';
import { toProject } from './project.ts';

/** `/projects`. */
export function projectRoutes(deps: WriteDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get('/projects', async (c) => c.json(await listProjects(deps.database, readListRequest(c, isKey))));
  app.post('/projects', async (c) => {
    const input = await readBody(c, createProjectSchema);
    return resourceResponse(c, await createProject(forRequest(c, deps), c.get('actor'), input), 201);
  });
  app.get('/projects/:project', async (c) =>
    resourceResponse(c, toProject(await findProject(deps.database.read, pathKey(c, 'project')))),
  );
  app.patch('/projects/:project', async (c) => {
    const patch = await readBody(c, patchProjectSchema);
    return resourceResponse(c, await patchProject(deps, readChange(c), patch));
  });
  app.delete('/projects/:project', async (c) => {
    await deleteProject(deps, readChange(c));
    return c.body(null, 204);
  });
  return app;
}

function readChange(c: Context<ApiEnv>): ProjectChange {
  return {
    actor: c.get('actor'),
    project: pathKey(c, 'project'),
    ifMatch: readIfMatch(c),
    confirm: readConfirm(c),
  };
}
