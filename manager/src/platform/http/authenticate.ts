import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from '@fauna-flags/protocol';
import type { Context, MiddlewareHandler } from 'hono';
import { requireOwnSite } from './own-site.ts';
import { adminPrincipal, type KnownUser, type Principal } from './principal.ts';
import { clientAddress, type Placement } from './request-source.ts';

/** A session that is good, as the rest of the API sees it. */
export interface LiveSession {
  readonly id: string;
  readonly user: KnownUser;
  /** When it ends unless it is used before. */
  readonly expiresAt: Date;
}

/** Where sessions are asked for. */
export interface SessionSource {
  /** Whether these headers carry a session's cookie, good or not. */
  claims(headers: Headers): boolean;
  /** The session of the cookie in these headers, if it is good. Asking counts as using it. */
  find(headers: Headers): Promise<LiveSession | undefined>;
}

/** Where it is known who somebody is, and how far their rights go just now. */
export interface PrincipalSource {
  /** The principal of a user with a session; `undefined` when there is no such user any more. */
  ofUser(user: KnownUser, address: string): Promise<Principal | undefined>;
  /** The principal of an API token that somebody has made; `undefined` when it is none, or good no longer. */
  ofToken(token: string, address: string): Promise<Principal | undefined>;
  /** The same principal as things are now; `undefined` when it may not come in any more. */
  again(principal: Principal): Promise<Principal | undefined>;
}

/** What every handler of the API finds in its context. */
export interface ApiEnv {
  readonly Variables: {
    /** Who asks. */
    readonly principal: Principal;
    /** The session that the request came with; a request with an API token has none. */
    readonly session?: LiveSession;
    /** Under which it is found in the log. */
    readonly requestId: string;
    /** SHA-256 of the body's bytes, once it is read. */
    readonly bodyDigest?: string;
  };
}

/** What is needed to tell who asks. */
export interface AuthenticateDeps {
  /** The token with every right. */
  readonly adminToken: string;
  readonly sessions: SessionSource;
  readonly principals: PrincipalSource;
  readonly placement: Placement;
}

/** The one way in: an API token, or else a session. What whoever comes through may do is asked of every operation. */
export function authenticate({
  adminToken,
  sessions,
  principals,
  placement,
}: AuthenticateDeps): MiddlewareHandler<ApiEnv> {
  const isAdminToken = tokenCheck(adminToken);
  return async (c, next) => {
    const address = clientAddress(c, placement);
    // A token is never sent by a browser on its own, so that it decides alone and needs no defence against other sites.
    // Another scheme is of no concern here: a proxy in front may have its own.
    if (/^Bearer\b/i.test(c.req.header('authorization') ?? '')) {
      const token = bearerToken(c);
      const principal = isAdminToken(c)
        ? adminPrincipal(address)
        : token && (await principals.ofToken(token, address));
      if (!principal) throw unauthorized();
      c.set('principal', principal);
      await next();
      return;
    }
    const { headers } = c.req.raw;
    if (!sessions.claims(headers)) throw unauthorized();
    requireOwnSite(c, placement);
    const session = await sessions.find(headers);
    if (session === undefined) throw unauthorized();
    const principal = await principals.ofUser(session.user, address);
    if (principal === undefined) throw unauthorized();
    c.set('principal', principal);
    c.set('session', session);
    await next();
  };
}

/**
 * Whether a request carries the token as `Authorization: Bearer …`. Digests are compared and not texts, so that neither
 * the time nor the length of the comparison tells anything about the token.
 */
export function tokenCheck(expected: string): (c: Context) => boolean {
  const digestExpected = digest(expected);
  return (c) => {
    const token = bearerToken(c);
    return token !== undefined && timingSafeEqual(digest(token), digestExpected);
  };
}

function bearerToken(c: Context): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '')?.[1];
}

function unauthorized(): Problem {
  return new Problem(
    'unauthorized',
    'Cannot answer without a valid token or session: sign in, or send "Authorization: Bearer <token>"',
  );
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
