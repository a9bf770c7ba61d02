import { isPlausibleSdkKey, Problem, type RegisteredKey } from '@fauna-flags/protocol';
import type { BearerCrypto } from '../crypto.ts';
import { isUsable, type KeyRing } from '../keys/key-ring.ts';

/** Longer texts are no SDK keys: 200 visible characters is the longest that may be chosen. */
const keyLengthMax = 256;

/**
 * The SDK key that a request shows: `Authorization: Bearer <key>`, `Authorization: <key>` or `X-API-Key: <key>`; never
 * from the URL.
 */
export function shownKey(headers: Headers): string | undefined {
  // An empty header is as good as none: some clients send both and fill one.
  const shown = headers.get('authorization')?.replace(/^bearer +/i, '') || headers.get('x-api-key');
  const text = shown?.trim();
  return text === undefined || text === '' || text.length > keyLengthMax ? undefined : text;
}

/** Finds the key of a request. Missing, unknown, revoked and expired are one and the same answer. */
export function authenticate(
  headers: Headers,
  ring: KeyRing,
  crypto: BearerCrypto,
  now: number,
): RegisteredKey {
  const text = shownKey(headers);
  if (text === undefined || !isPlausibleSdkKey(text)) throw unauthorized();
  const key = ring.find(crypto.sha256Hex(text));
  if (!isUsable(key, now)) throw unauthorized();
  return key;
}

/** The one answer to whoever shows no good key. */
export function unauthorized(): Problem {
  return new Problem('unauthorized', 'Cannot find an active SDK key in this request');
}

/** Whether a URL carries an SDK key: URLs end up in logs, histories and referrers. */
export function hasKeyInQuery(url: string, ring: KeyRing | undefined, crypto: BearerCrypto): boolean {
  const queryAt = url.indexOf('?');
  if (queryAt < 0) return false;
  for (const [name, text] of new URLSearchParams(url.slice(queryAt + 1))) {
    const value = text.replace(/^bearer +/i, '');
    if (/^fauna_(cli|srv)_/.test(value)) return true;
    // A handle is long and no key; every other value is short enough to be looked up.
    const couldBeKey = name !== 'h' && value.length >= 32 && value.length <= keyLengthMax;
    if (couldBeKey && ring?.find(crypto.sha256Hex(value)) !== undefined) return true;
  }
  return false;
}
