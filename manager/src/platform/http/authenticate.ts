import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from '@fauna-flags/protocol';
import type { MiddlewareHandler } from 'hono';

/** What every handler of the API finds in its context. */
export interface ApiEnv {
  readonly Variables: {
    /** Who asks, as the audit trail names them. */
    readonly actor: string;
    /** SHA-256 of the body's bytes, once it is read. */
    readonly bodyDigest?: string;
  };
}

/**
 * Lets nothing pass without the admin token. Digests are compared and not texts, so that neither the time nor the
 * length of the comparison tells anything about the token.
 */
export function authenticate(adminToken: string): MiddlewareHandler<ApiEnv> {
  const expected = digest(adminToken);
  return async (c, next) => {
    const token = /^Bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '')?.[1];
    if (token === undefined || !timingSafeEqual(digest(token), expected)) {
      throw new Problem(
        'unauthorized',
        'Cannot answer without a valid token: send "Authorization: Bearer <token>"',
      );
    }
    c.set('actor', 'admin-token');
    await next();
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
