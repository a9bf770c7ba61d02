import { createSdkKeySchema, rotateSdkKeySchema } from '@fauna-flags/protocol';
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
import { findEnvironment } from '../environments/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { findSdkKey, revokeSdkKey, rotateSdkKey, type SdkKeyChange } from './change-sdk-key.ts';
import { createSdkKey } from './create-sdk-key.ts';
import { isSdkKeyPlace, listSdkKeys } from './list-sdk-keys.ts';
import { toSdkKey } from './sdk-key.ts';

const all = '/projects/:project/environments/:environment/sdk-keys';
const one = `${all}/:id` as const;

/** `/projects/{p}/environments/{e}/sdk-keys`. */
export function sdkKeyRoutes(deps: WriteDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get(all, async (c) =>
    c.json(await listSdkKeys(deps, readEnvironmentScope(c), readListRequest(c, isSdkKeyPlace))),
  );
  app.post(all, async (c) => {
    const input = await readBody(c, createSdkKeySchema);
    return resourceResponse(c, await createSdkKey(forRequest(c, deps), readEnvironmentScope(c), input), 201);
  });
  app.get(one, async (c) => {
    const { id, ...where } = readChange(c);
    const environment = await findEnvironment(deps.database.read, where);
    const row = await findSdkKey(deps.database.read, environment, id);
    return resourceResponse(c, toSdkKey(row, environment.key, deps.now()));
  });
  app.post(`${one}/rotate`, async (c) => {
    const input = await readBody(c, rotateSdkKeySchema);
    return resourceResponse(c, await rotateSdkKey(forRequest(c, deps), readChange(c), input), 201);
  });
  app.delete(one, async (c) => {
    await revokeSdkKey(deps, { ...readChange(c), ifMatch: readIfMatch(c) });
    return c.body(null, 204);
  });
  return app;
}

function readChange(c: Context<ApiEnv>): SdkKeyChange {
  return { ...readEnvironmentScope(c), id: pathKey(c, 'id') };
}
