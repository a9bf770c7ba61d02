import { createAudienceSchema, patchAudienceSchema } from '@fauna-flags/protocol';
import { type Context, Hono } from 'hono';
import {
  type ApiEnv,
  forRequest,
  isKey,
  pathKey,
  readBody,
  readIfMatch,
  readListRequest,
  resourceResponse,
} from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { toAudience } from './audience.ts';
import { type AudienceChange, deleteAudience, patchAudience } from './change-audience.ts';
import { createAudience } from './create-audience.ts';
import { findAudience } from './find-audience.ts';
import { listAudiences } from './list-audiences.ts';

const all = '/projects/:project/audiences';
const one = `${all}/:audience` as const;

/** `/projects/{p}/audiences`. */
export function audienceRoutes(deps: WriteDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get(all, async (c) =>
    c.json(await listAudiences(deps.database, pathKey(c, 'project'), readListRequest(c, isKey))),
  );
  app.post(all, async (c) => {
    const input = await readBody(c, createAudienceSchema);
    const scope = { actor: c.get('actor'), project: pathKey(c, 'project') };
    return resourceResponse(c, await createAudience(forRequest(c, deps), scope, input), 201);
  });
  app.get(one, async (c) => {
    const project = await findProject(deps.database.read, pathKey(c, 'project'));
    const row = await findAudience(deps.database.read, project, pathKey(c, 'audience'));
    return resourceResponse(c, toAudience(row, project.key));
  });
  app.patch(one, async (c) => {
    const patch = await readBody(c, patchAudienceSchema);
    return resourceResponse(c, await patchAudience(deps, readChange(c), patch));
  });
  app.delete(one, async (c) => {
    await deleteAudience(deps, readChange(c));
    return c.body(null, 204);
  });
  return app;
}

function readChange(c: Context<ApiEnv>): AudienceChange {
  return {
    actor: c.get('actor'),
    project: pathKey(c, 'project'),
    audience: pathKey(c, 'audience'),
    ifMatch: readIfMatch(c),
  };
}
