import { createContextSecretSchema } from '@fauna-flags/protocol';
import { Hono } from 'hono';
import {
  type ApiEnv,
  forRequest,
  pathKey,
  readBody,
  readEnvironmentScope,
  readIfMatch,
  resourceResponse,
} from '../../platform/http/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { createContextSecret } from './create-context-secret.ts';
import { deleteContextSecret } from './delete-context-secret.ts';
import { listContextSecrets } from './list-context-secrets.ts';

const all = '/projects/:project/environments/:environment/context-secrets';

/** `/projects/{p}/environments/{e}/context-secrets`. */
export function contextSecretRoutes(deps: WriteDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get(all, async (c) => c.json(await listContextSecrets(deps, readEnvironmentScope(c))));
  app.post(all, async (c) => {
    await readBody(c, createContextSecretSchema);
    return resourceResponse(c, await createContextSecret(forRequest(c, deps), readEnvironmentScope(c)), 201);
  });
  app.delete(`${all}/:kid`, async (c) => {
    await deleteContextSecret(deps, {
      ...readEnvironmentScope(c),
      kid: pathKey(c, 'kid'),
      ifMatch: readIfMatch(c),
    });
    return c.body(null, 204);
  });
  return app;
}
