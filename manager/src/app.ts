import { Problem } from '@fauna-flags/protocol';
import { Hono, type MiddlewareHandler } from 'hono';
import {
  type Access,
  accountOperations,
  oidcOperations,
  openAccessOperations,
  sessionOperations,
  twoFactorOperations,
} from './features/access/index.ts';
import { attributeOperations } from './features/attributes/index.ts';
import { audienceOperations } from './features/audiences/index.ts';
import { auditOperations } from './features/audit/index.ts';
import { contextSecretOperations } from './features/context-secrets/index.ts';
import { type DeliveryDeps, deliveryOperations } from './features/delivery/index.ts';
import { environmentOperations } from './features/environments/index.ts';
import { evaluationOperations } from './features/evaluation/index.ts';
import { configurationOperations, flagOperations, historyOperations } from './features/flags/index.ts';
import { type LiveFeed, liveOperations } from './features/live/index.ts';
import { memberOperations, openInvitationOperations } from './features/members/index.ts';
import { type Installation, metaOperations } from './features/meta/index.ts';
import { openApiDocument, serveDocument } from './features/openapi/index.ts';
import { projectOperations } from './features/projects/index.ts';
import type { WriteDeps } from './features/publishing/index.ts';
import { sdkKeyOperations } from './features/sdk-keys/index.ts';
import { tokenOperations } from './features/tokens/index.ts';
import { usageOperations } from './features/usage/index.ts';
import { userOperations } from './features/users/index.ts';
import { type WebhookDeps, type Webhooks, webhookOperations } from './features/webhooks/index.ts';
import {
  type Answered,
  type ApiEnv,
  answerHeaders,
  answerProblem,
  authenticate,
  type Log,
  measure,
  mountOperations,
  type Operation,
  type Placement,
  refuseOtherMethods,
  requestId,
  toProblem,
} from './platform/http/index.ts';

/** What the manager's API needs of the world. */
export interface ManagerAppDeps extends WriteDeps, DeliveryDeps, WebhookDeps {
  /** The token with every right. */
  readonly adminToken: string;
  readonly access: Access;
  readonly live: LiveFeed;
  readonly webhooks: Webhooks;
  readonly placement: Placement;
  /** Asked at every request: what is served beside the API is known later than the API is made. */
  readonly installation: () => Installation;
  readonly log: Log;
  /** Hears of every answer. */
  readonly onAnswered?: ((answered: Answered) => void) | undefined;
}

/**
 * The management API under `/api/v1`. Everything under it wants a token or a session, unknown paths included, so that a
 * stranger learns nothing about what is there; but for what makes a session.
 */
export function createManagerApp(deps: ManagerAppDeps): Hono<ApiEnv> {
  const api = new Hono<ApiEnv>();
  const { open, guarded } = apiOperations(deps);
  mountOperations(api, open);
  api.use(authenticate({ ...deps, ...deps.access }));
  api.use(nudgeAfterChange(deps));
  mountOperations(api, guarded);
  refuseOtherMethods(api);

  const app = new Hono<ApiEnv>();
  app.use(requestId(deps.placement));
  app.use(answerHeaders(deps.placement.url));
  if (deps.onAnswered !== undefined) app.use(measure([...open, ...guarded], deps.onAnswered));
  app.route('/api/v1', api);
  app.get(
    '/api/openapi.json',
    serveDocument(() =>
      openApiDocument({ operations: [...open, ...guarded], version: deps.installation().version }),
    ),
  );
  app.notFound((c) =>
    answerProblem(c, new Problem('not_found', `Cannot find ${c.req.method} ${c.req.path}`)),
  );
  app.onError((error, c) => {
    const { method, path } = c.req;
    return answerProblem(c, toProblem(error, deps.log, { id: c.get('requestId'), method, path }));
  });
  return app;
}

/** Everything that the API can be asked for: what anyone may ask, and what takes a token or a session. */
export function apiOperations(deps: ManagerAppDeps): {
  readonly open: readonly Operation[];
  readonly guarded: readonly Operation[];
} {
  const guarded = [
    sessionOperations,
    accountOperations,
    tokenOperations,
    userOperations,
    twoFactorOperations,
    metaOperations,
    liveOperations,
    projectOperations,
    environmentOperations,
    attributeOperations,
    audienceOperations,
    flagOperations,
    configurationOperations,
    historyOperations,
    sdkKeyOperations,
    contextSecretOperations,
    evaluationOperations,
    deliveryOperations,
    usageOperations,
    auditOperations,
    memberOperations,
    webhookOperations,
  ];
  const open = [openAccessOperations, oidcOperations, openInvitationOperations];
  return {
    open: open.flatMap((operations) => operations(deps)),
    guarded: guarded.flatMap((operations) => operations(deps)),
  };
}

/** Nobody who is told of changes need wait until it is looked on its own at what was changed here. */
function nudgeAfterChange({ live, webhooks }: Pick<ManagerAppDeps, 'live' | 'webhooks'>): MiddlewareHandler {
  return async (c, next) => {
    await next();
    if (c.req.method === 'GET' || c.req.method === 'HEAD' || !c.res.ok) return;
    live.nudge();
    webhooks.dispatcher.nudge();
  };
}
