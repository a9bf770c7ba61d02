import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { ApiEnv } from './authenticate.ts';
import type { Operation } from './operation.ts';

/** An answer as counters know it: by the template of its route, never by its path. */
export interface Answered {
  /** Of an operation, without `/api/v1`; `other` for whatever is none. */
  readonly route: string;
  /** `OTHER` for what no operation has. */
  readonly method: string;
  readonly status: number;
  readonly ms: number;
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Tells of every answer: what it was for, what it was and how long it took. */
export function measure(
  operations: readonly Operation[],
  onAnswered: (answered: Answered) => void,
): MiddlewareHandler<ApiEnv> {
  const templates = new Set<string>(operations.map(({ path }) => path));
  return async (c, next) => {
    const startMs = performance.now();
    await next();
    // Middleware matches too, and so does what refuses other methods.
    const paths = matchedRoutes(c).map(({ path }) => path.replace(/^\/api\/v1/, ''));
    onAnswered({
      route: paths.find((path) => templates.has(path)) ?? 'other',
      method: methods.has(c.req.method) ? c.req.method : 'OTHER',
      status: c.res.status,
      ms: performance.now() - startMs,
    });
  };
}
