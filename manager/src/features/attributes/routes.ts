import { createAttributeSchema, patchAttributeSchema } from '@fauna-flags/protocol';
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
import { toAttribute } from './attribute.ts';
import { type AttributeChange, deleteAttribute, patchAttribute } from './change-attribute.ts';
import { createAttribute } from './create-attribute.ts';
import { findAttribute } from './find-attribute.ts';
import { listAttributes } from './list-attributes.ts';

const all = '/projects/:project/attributes';
const one = `${all}/:attribute` as const;

/** `/projects/{p}/attributes`. */
export function attributeRoutes(deps: WriteDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get(all, async (c) =>
    c.json(await listAttributes(deps.database, pathKey(c, 'project'), readListRequest(c, isKey))),
  );
  app.post(all, async (c) => {
    const input = await readBody(c, createAttributeSchema);
    const scope = { actor: c.get('actor'), project: pathKey(c, 'project') };
    return resourceResponse(c, await createAttribute(forRequest(c, deps), scope, input), 201);
  });
  app.get(one, async (c) => {
    const project = await findProject(deps.database.read, pathKey(c, 'project'));
    const row = await findAttribute(deps.database.read, project, pathKey(c, 'attribute'));
    return resourceResponse(c, toAttribute(row, project.key));
  });
  app.patch(one, async (c) => {
    const patch = await readBody(c, patchAttributeSchema);
    return resourceResponse(c, await patchAttribute(deps, readChange(c), patch));
  });
  app.delete(one, async (c) => {
    await deleteAttribute(deps, readChange(c));
    return c.body(null, 204);
  });
  return app;
}

function readChange(c: Context<ApiEnv>): AttributeChange {
  return {
    actor: c.get('actor'),
    project: pathKey(c, 'project'),
    attribute: pathKey(c, 'attribute'),
    ifMatch: readIfMatch(c),
  };
}
