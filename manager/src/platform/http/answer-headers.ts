import type { MiddlewareHandler } from 'hono';

/** Puts on every answer, refusals included, what keeps it out of caches and browsers from guessing or telling on. */
export function answerHeaders(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    // What an administrator sees has no place in any cache.
    c.header('Cache-Control', 'no-store');
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Referrer-Policy', 'no-referrer');
  };
}
