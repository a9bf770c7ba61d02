import type { Context } from 'hono';
import { forwardedAddress, plainAddress, type TrustedProxies } from './trusted-proxies.ts';

/** What is known about the installation's place in the network. */
export interface Placement {
  /** The origin under which browsers reach it (`https://flags.example.com`), where somebody has said so. */
  readonly url: string | undefined;
  readonly trustedProxies: TrustedProxies;
}

/** The address a request comes from, as far as it can be believed. */
export function clientAddress(c: Context, { trustedProxies }: Pick<Placement, 'trustedProxies'>): string {
  return forwardedAddress({
    peer: peerAddress(c),
    forwardedFor: c.req.header('x-forwarded-for'),
    trustedProxies,
  });
}

/**
 * The installation's own origin, as the sender of this request sees it: the one that is set, else what the request was
 * addressed to. A trusted proxy may say what it was addressed to before.
 */
export function ownOrigin(c: Context, { url, trustedProxies }: Placement): string {
  if (url !== undefined) return url;
  const seen = new URL(c.req.url);
  if (!trustedProxies(peerAddress(c))) return seen.origin;
  const protocol = lastOf(c.req.header('x-forwarded-proto'))?.toLowerCase();
  const host = lastOf(c.req.header('x-forwarded-host'));
  const scheme = protocol === 'http' || protocol === 'https' ? `${protocol}:` : seen.protocol;
  return originOf(scheme, host ?? seen.host) ?? seen.origin;
}

/** Whether a request comes straight from a proxy that is believed. */
export function isFromTrustedProxy(
  c: Context,
  { trustedProxies }: Pick<Placement, 'trustedProxies'>,
): boolean {
  return trustedProxies(peerAddress(c));
}

/** Of a scheme and what must be a host and nothing else: no path, no user, nothing that is read as something else. */
function originOf(scheme: string, host: string): string | undefined {
  const text = `${scheme}//${host}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return undefined;
  // The port that goes without saying is left out of what was read.
  const usualPort = scheme === 'https:' ? ':443' : ':80';
  const read = host.toLowerCase();
  return url.host === read || `${url.host}${usualPort}` === read ? url.origin : undefined;
}

/** The other end of the socket; requests that came over none, as in tests, share one empty address. */
function peerAddress(c: Context): string {
  const env: unknown = c.env;
  if (typeof env !== 'object' || env === null || !('incoming' in env)) return '';
  const { incoming } = env as { incoming?: { socket?: { remoteAddress?: string } } };
  return plainAddress(incoming?.socket?.remoteAddress ?? '');
}

/** Proxies append, so that the last one is what the nearest, trusted one has written. */
function lastOf(header: string | undefined): string | undefined {
  const last = header?.split(',').at(-1)?.trim();
  return last === '' ? undefined : last;
}
