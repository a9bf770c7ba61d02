import { Problem, type RegisteredKey } from '@fauna-flags/protocol';
import { type Context, Hono } from 'hono';
import { getPath } from 'hono/utils/url';
import { type Answer, toResponse } from './answer.ts';
import { reasonOf } from './log.ts';
import { type MetricsAccess, metricsResponse } from './metrics/metrics-response.ts';
import { admit, type Caller } from './middleware/admit.ts';
import { corsHeaders, preflight } from './middleware/cors.ts';
import { allowsOrigin } from './middleware/origin.ts';
import { answerProblem, commonHeaders, type ErrorForm, type ErrorStyle } from './middleware/respond.ts';
import { type RequestEnv, requestEnv } from './request-env.ts';
import { connectRoutes } from './routes/connect.ts';
import { ofrepRoutes } from './routes/ofrep.ts';
import type { Asked, Route } from './routes/route.ts';
import { streamRoutes } from './routes/stream.ts';
import { usageRoutes } from './routes/usage.ts';
import type { Services } from './services.ts';
import type { BearerStatus } from './status.ts';
import { bearerApiPrefix } from './upstream/bearer-api.ts';

/** Paths that belong to the bearer, whatever stands behind them: whoever mounts it sends these, and nothing else. */
export const bearerPrefixes: readonly string[] = ['/connect', '/stream', '/usage', '/ofrep'];

const routes: readonly Route[] = [...connectRoutes, ...streamRoutes, ...usageRoutes, ...ofrepRoutes];

/** The bearer as one portable application. */
export function createApp(
  services: Services,
  {
    status,
    metrics,
    bearerApi,
  }: {
    readonly status: () => BearerStatus;
    readonly metrics: MetricsAccess;
    /** Answers other bearers, who read from this one. */
    readonly bearerApi: Hono;
  },
): Hono {
  // Clients that join a base URL and a path carelessly send two slashes.
  const app = new Hono({ getPath: (request) => getPath(request).replace(/^\/{2,}/, '/') });
  for (const prefix of bearerPrefixes)
    for (const path of [prefix, `${prefix}/*`]) app.options(path, (c) => preflight(c.req.header('origin')));
  for (const route of routes) app.on(route.method, route.path, (c) => answer(c, route, services));
  for (const path of new Set(routes.map((route) => route.path)))
    app.all(path, (c) => refuseMethod(c.req.raw, path));
  app.get('/healthz', () => statusAnswer(200, { status: 'ok' }));
  app.get('/readyz', () => statusAnswer(status().ready ? 200 : 503, status()));
  for (const path of [bearerApiPrefix, `${bearerApiPrefix}/*`])
    app.all(path, (c) => bearerApi.fetch(c.req.raw, c.env));
  app.get('/metrics', (c) => metricsResponse(c.req.raw, metrics));
  app.notFound((c) =>
    refuse(c.req.raw, new Problem('not_found', 'Cannot find this path'), styleOf(c.req.path)),
  );
  app.onError((error, c) =>
    answerError(error, { style: styleOf(c.req.path), headers: corsFor(c.req.raw, undefined) }, services),
  );
  return app;
}

async function answer(c: Context, route: Route, services: Services): Promise<Response> {
  const request = c.req.raw;
  if (route.streams === true && request.method === 'HEAD') return refuseMethod(request, route.path);
  const env = requestEnv(c.env);
  let key: RegisteredKey | undefined;
  try {
    const caller = admit(request, route.demand, services, (known) => {
      key = known;
    });
    const made = await route.handle({ caller, request, param: paramOf(c), services, env });
    services.meter.answered(route.path, made.status);
    return respond(made, { ...corsFor(request, key), ...ageOf(caller) }, env);
  } catch (error) {
    const headers = corsFor(request, key);
    const response = answerError(
      error,
      { style: route.errors, headers, flagKey: c.req.param('key') },
      services,
    );
    services.meter.answered(route.path, response.status);
    return response;
  }
}

/** How old an answer may be is said only where it may be: nobody could confirm what it was made of (F26). */
function ageOf({ environment }: Caller): Readonly<Record<string, string>> {
  const seconds = environment.follower.unconfirmedSeconds;
  return seconds === undefined ? {} : { 'Fauna-Age': String(seconds) };
}

function paramOf(c: Context): Asked['param'] {
  return (name) => c.req.param(name) ?? '';
}

function respond(made: Answer | Response, more: Readonly<Record<string, string>>, env: RequestEnv): Response {
  if (!(made instanceof Response)) {
    const whole = { ...made, headers: { ...made.headers, ...more } };
    return env.send === undefined ? toResponse(whole) : env.send(whole);
  }
  for (const [name, value] of Object.entries(more)) made.headers.set(name, value);
  return made;
}

/**
 * CORS headers by what is known of the caller: none for server keys and foreign origins. Before a key is known every
 * answer is a constant, so any page may read it; a browser's SDK must be able to tell "no such key" from "no network".
 */
function corsFor(request: Request, key: RegisteredKey | undefined): Record<string, string> {
  const origin = request.headers.get('origin');
  if (origin === null) return {};
  if (key !== undefined && (key.kind === 'server' || !allowsOrigin(key, origin))) return {};
  return corsHeaders(origin);
}

function answerError(error: unknown, form: ErrorForm, { log }: Services): Response {
  if (error instanceof Problem) return answerProblem(error, form);
  log.error('Cannot answer a request', { reason: reasonOf(error) });
  return answerProblem(new Problem('internal', 'Cannot answer this request'), form);
}

function refuse(
  request: Request,
  problem: Problem,
  style: ErrorStyle,
  headers: Record<string, string> = {},
): Response {
  return answerProblem(problem, { style, headers: { ...corsFor(request, undefined), ...headers } });
}

function refuseMethod(request: Request, path: string): Response {
  const allowed = routes.filter((route) => route.path === path).flatMap(methodsOf);
  const problem = new Problem('method_not_allowed', 'Cannot use this method here');
  return refuse(request, problem, styleOf(path), { Allow: [...allowed, 'OPTIONS'].join(', ') });
}

function methodsOf({ method, streams }: Route): readonly string[] {
  return method === 'GET' && streams !== true ? ['GET', 'HEAD'] : [method];
}

function styleOf(path: string): ErrorStyle {
  return path.startsWith('/ofrep') ? 'ofrep' : 'problem';
}

function statusAnswer(status: number, body: object): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...commonHeaders, 'Content-Type': 'application/json' },
  });
}
