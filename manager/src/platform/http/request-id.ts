import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from './authenticate.ts';
import { isFromTrustedProxy, type Placement } from './request-source.ts';

/** Short, and nothing that a log or a header could take for anything else. */
const idForm = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/;

/**
 * Gives every request an id: it stands in the answer's `X-Request-Id`, in the body of a problem, and in whatever is logged
 * of it, so that what a person was told can be found in the log. A trusted proxy may have given one before, which then ties
 * its log to ours; anybody else's is not taken, since the same id twice would point at the wrong lines.
 */
export function requestId(placement: Placement): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const given = c.req.header('x-request-id') ?? '';
    const isTaken = idForm.test(given) && isFromTrustedProxy(c, placement);
    const id = isTaken ? given : randomUUID();
    c.set('requestId', id);
    await next();
    c.header('X-Request-Id', id);
  };
}
