import { Problem } from '@fauna-flags/protocol';
import { Hono, type MiddlewareHandler } from 'hono';
import { type Access, openAccessRoutes, sessionRoutes } from './features/access/index.ts';
import { attributeRoutes } from './features/attributes/index.ts';
import { audienceRoutes } from './features/audiences/index.ts';
import { auditRoutes } from './features/audit/index.ts';
import { contextSecretRoutes } from './features/context-secrets/index.ts';
import { type DeliveryDeps, deliveryRoutes } from './features/delivery/index.ts';
import { environmentRoutes } from './features/environments/index.ts';
import { evaluationRoutes } from './features/evaluation/index.ts';
import { flagRoutes } from './features/flags/index.ts';
import { type LiveFeed, liveRoutes } from './features/live/index.ts';
import { type Installation, metaRoutes } from './features/meta/index.ts';
import { projectRoutes } from './features/projects/index.ts';
import type { WriteDeps } from './features/publishing/index.ts';
import { sdkKeyRoutes } from './features/sdk-keys/index.ts';
import {
  type ApiEnv,
  answerHeaders,
  authenticate,
  type Log,
  type Placement,
  problemResponse,
  refuseOtherMethods,
  toProblem,
} from './platform/http/index.ts';

/** What the manager's API needs of the world. */
export interface ManagerAppDeps extends WriteDeps, DeliveryDeps {
  /** The token with every right. */
  readonly adminToken: string;
  readonly access: Access;
  readonly live: LiveFeed;
  readonly placement: Placement;
  /** Asked at every request: what is served beside the API is known later than the API is made. */
  readonly installation: () => Installation;
  readonly log: Log;
}

/**
 * The management API under `/api/v1`. Everything under it wants a token or a session, unknown paths included, so that a
 * stranger learns nothing about what is there; but for what makes a session.
 */
export function createManagerApp(deps: ManagerAppDeps): Hono {
  const api = new Hono<ApiEnv>();
  api.route('/', openAccessRoutes(deps));
  api.use(authenticate({ ...deps, sessions: deps.access.sessions }));
  api.use(nudgeAfterChange(deps.live));
  const routes = [
    sessionRoutes,
    metaRoutes,
    liveRoutes,
    projectRoutes,
    environmentRoutes,
    attributeRoutes,
    audienceRoutes,
    flagRoutes,
    sdkKeyRoutes,
    contextSecretRoutes,
    evaluationRoutes,
    deliveryRoutes,
    auditRoutes,
  ];
  for (const of of routes) api.route('/', of(deps));
  refuseOtherMethods(api);

  const app = new Hono();
  app.use(answerHeaders(deps.placement.url));
  app.route('/api/v1', api);
  app.notFound((c) => problemResponse(new Problem('not_found', `Cannot find ${c.req.method} ${c.req.path}`)));
  app.onError((error, c) =>
    problemResponse(toProblem(error, deps.log, { method: c.req.method, path: c.req.path })),
  );
  return app;
}

/** Open dashboards need not wait for the feed to look on its own at what was changed here. */
function nudgeAfterChange(live: LiveFeed): MiddlewareHandler {
  return async (c, next) => {
    await next();
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD' && c.res.ok) live.nudge();
  };
}
