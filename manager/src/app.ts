import { Problem } from '@fauna-flags/protocol';
import { Hono } from 'hono';
import { attributeRoutes } from './features/attributes/index.ts';
import { audienceRoutes } from './features/audiences/index.ts';
import { auditRoutes } from './features/audit/index.ts';
import { environmentRoutes } from './features/environments/index.ts';
import { evaluationRoutes } from './features/evaluation/index.ts';
import { flagRoutes } from './features/flags/index.ts';
import { projectRoutes } from './features/projects/index.ts';
import type { WriteDeps } from './features/publishing/index.ts';
import { sdkKeyRoutes } from './features/sdk-keys/index.ts';
import {
  type ApiEnv,
  answerHeaders,
  authenticate,
  type Log,
  problemResponse,
  refuseOtherMethods,
  toProblem,
} from './platform/http/index.ts';

/** What the manager's API needs of the world. */
export interface ManagerAppDeps extends WriteDeps {
  /** The token with every right. */
  readonly adminToken: string;
  readonly log: Log;
}

/**
 * The management API under `/api/v1`. Everything under it wants the token, unknown paths included, so that a stranger
 * learns nothing about what is there.
 */
export function createManagerApp(deps: ManagerAppDeps): Hono {
  const api = new Hono<ApiEnv>();
  api.use(authenticate(deps.adminToken));
  const routes = [
    projectRoutes,
    environmentRoutes,
    attributeRoutes,
    audienceRoutes,
    flagRoutes,
    sdkKeyRoutes,
    evaluationRoutes,
    auditRoutes,
  ];
  for (const of of routes) api.route('/', of(deps));
  refuseOtherMethods(api);

  const app = new Hono();
  app.use(answerHeaders());
  app.route('/api/v1', api);
  app.notFound((c) => problemResponse(new Problem('not_found', `Cannot find ${c.req.method} ${c.req.path}`)));
  app.onError((error, c) =>
    problemResponse(toProblem(error, deps.log, { method: c.req.method, path: c.req.path })),
  );
  return app;
}
