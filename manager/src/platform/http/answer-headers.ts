import type { MiddlewareHandler } from 'hono';

/**
 * Puts on every answer, refusals included, what keeps it out of caches, out of other sites' pages, and browsers from
 * guessing or telling on. `url` is the address that browsers use, where it is known: one under https stays there.
 */
export function answerHeaders(url?: string): MiddlewareHandler {
  return async (c, next) => {
    await next();
    // What an administrator sees has no place in any cache; what is nobody's own says so itself.
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Referrer-Policy', 'no-referrer');
    // An answer is data, but a browser that is sent to its address shows it as a page.
    c.header('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
    c.header('Cross-Origin-Resource-Policy', 'same-origin');
    if (url?.startsWith('https://')) c.header('Strict-Transport-Security', 'max-age=31536000');
  };
}
