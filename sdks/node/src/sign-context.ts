import { createHmac } from 'node:crypto';
import type { Context } from '@fauna-flags/core';

/** What a context is signed with. */
export interface SignContextOptions {
  readonly context: Context;
  /** The key of the environment that the context is meant for. */
  readonly environment: string;
  /** A context secret of that environment, as the manager has shown it. */
  readonly secret: { readonly kid: string; readonly secret: string };
  /** How long it holds: at most 24 hours, one hour when absent. */
  readonly expiresInSeconds?: number;
  /** Epoch milliseconds; the system's clock when absent. */
  readonly now?: number;
}

const expiresInSecondsMax = 24 * 60 * 60;

/**
 * Vouches for a context, so that a page can show it to a bearer as `signedContext` and cannot change it. Make it where the
 * user is known for certain, for instance while a page is rendered. The text is as good as the user's word until it expires.
 *
 * Throws a RangeError on a life or a secret that no bearer takes.
 */
export function signContext({
  context,
  environment,
  secret: { kid, secret },
  expiresInSeconds = 3_600,
  now = Date.now(),
}: SignContextOptions): string {
  if (!(expiresInSeconds > 0 && expiresInSeconds <= expiresInSecondsMax))
    throw new RangeError(
      `Cannot sign a context for ${expiresInSeconds} seconds: it must be 1 to ${expiresInSecondsMax}`,
    );
  const key = Buffer.from(secret, 'base64url');
  if (key.length < 32) throw new RangeError('Cannot sign a context: the secret has fewer than 32 bytes');
  const exp = Math.floor(now / 1_000) + Math.floor(expiresInSeconds);
  const payload = Buffer.from(JSON.stringify({ ctx: context, env: environment, exp, kid }), 'utf8');
  const mac = createHmac('sha256', key).update(payload).digest();
  return `v1.${payload.toString('base64url')}.${mac.toString('base64url')}`;
}
