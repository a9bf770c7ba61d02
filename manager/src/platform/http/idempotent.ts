import { createHash } from 'node:crypto';
import { Problem } from '@fauna-flags/protocol';
import type { Context } from 'hono';
import type { ApiEnv } from './authenticate.ts';

/** A request that its sender may send twice without its being done twice. */
export interface IdempotentRequest {
  /** The sender's key, bound to who they are. */
  readonly key: string;
  /** SHA-256 of what is asked for, in hex. */
  readonly request: string;
}

/** Visible ASCII; a UUID is what most clients send. */
const keyPattern = /^[\x21-\x7e]{1,255}$/;

/** The dependencies of one POST: with the request's `Idempotency-Key`, if it has one. To be called after the body is read. */
export function forRequest<Deps extends object>(
  c: Context<ApiEnv>,
  deps: Deps,
): Deps & { readonly idempotent?: IdempotentRequest } {
  const key = c.req.header('idempotency-key');
  if (key === undefined) return deps;
  if (!keyPattern.test(key)) {
    throw new Problem(
      'invalid',
      'Cannot accept the Idempotency-Key: expected 1 to 255 visible ASCII characters',
    );
  }
  const request = createHash('sha256')
    .update(`${c.req.method} ${c.req.path} ${c.get('bodyDigest') ?? ''}`)
    .digest('hex');
  return { ...deps, idempotent: { key: `${c.get('principal').id} ${key}`, request } };
}
