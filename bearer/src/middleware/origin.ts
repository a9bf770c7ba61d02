import type { RegisteredKey } from '@fauna-flags/protocol';

/**
 * Whether a key may be used from an origin. No origin means no browser: origins protect a client key from other people's
 * pages, not from programs, which can claim any.
 */
export function allowsOrigin(key: RegisteredKey, origin: string | undefined): boolean {
  return origin === undefined || key.origins.includes('*') || key.origins.includes(origin);
}
