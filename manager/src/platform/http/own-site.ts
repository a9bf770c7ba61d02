import { Problem } from '@fauna-flags/protocol';
import type { Context } from 'hono';
import { ownOrigin, type Placement } from './request-source.ts';

/*
 * Browsers add cookies to requests that other sites make. So a change that a cookie alone stands for must come from our
 * own pages: browsers say where a request comes from in `Origin` and `Sec-Fetch-Site`, which no page can forge, and no
 * form can send JSON.
 */

/** Methods that change nothing, whoever sends them. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses a request that changes something on the strength of a cookie, unless one of our own pages has made it. */
export function requireOwnSite(c: Context, placement: Placement): void {
  if (safeMethods.has(c.req.method)) return;
  refuseForeignSite(c, placement);
  if (c.req.header('origin') === undefined && c.req.header('sec-fetch-site') === undefined) {
    throw forbidden('it says neither its Origin nor its Sec-Fetch-Site; scripts send an API token instead');
  }
  if (!hasJsonOrNothing(c)) throw forbidden('its Content-Type is not application/json');
}

/**
 * Refuses what a browser says another site has made. A request that says nothing about it comes from no browser, and
 * there is no cookie that it could misuse: enough for a request that brings a password or a token of its own.
 */
export function refuseForeignSite(c: Context, placement: Placement): void {
  const origin = c.req.header('origin');
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') {
    throw forbidden(`its Sec-Fetch-Site is "${site.slice(0, 40)}", expected "same-origin"`);
  }
  const own = ownOrigin(c, placement);
  if (origin !== undefined && !isOwn(origin, own, placement)) {
    throw forbidden(
      `its Origin is "${origin.slice(0, 200)}", expected "${own}"; FAUNA_URL says which address browsers use`,
    );
  }
}

/**
 * Where nobody has said how browsers reach us, the name is all that is known: a proxy that ends TLS may not be trusted to
 * tell, and the cookie of such an installation has no Secure that plain http could undermine.
 */
function isOwn(origin: string, own: string, { url }: Placement): boolean {
  if (url !== undefined) return origin === own;
  const sender = URL.canParse(origin) ? new URL(origin) : undefined;
  // What a browser writes is an origin to the letter; for schemes that have none it is `null`.
  return sender?.origin === origin && sender.host === new URL(own).host;
}

function hasJsonOrNothing(c: Context): boolean {
  const type = c.req.header('content-type');
  if (type !== undefined) return type.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';
  const length = c.req.header('content-length');
  return c.req.header('transfer-encoding') === undefined && (length === undefined || Number(length) === 0);
}

function forbidden(reason: string): Problem {
  return new Problem('forbidden', `Cannot accept a change from outside the dashboard: ${reason}`);
}
