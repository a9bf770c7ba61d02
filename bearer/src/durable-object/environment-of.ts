import type { BearerCrypto } from '../crypto.ts';
import { openHandle } from '../keys/handle.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { shownKey } from '../middleware/authenticate.ts';

/**
 * The environment that a request is about, by the key or the handle that it shows: whom to ask, and nothing more. Whether
 * the request may have what it asks for is judged where it is answered.
 */
export function environmentOf(
  request: Request,
  ring: KeyRing | undefined,
  crypto: BearerCrypto,
): string | undefined {
  if (ring === undefined) return undefined;
  const text = shownKey(request.headers);
  if (text !== undefined) return ring.find(crypto.sha256Hex(text))?.environment;
  const handle = new URL(request.url).searchParams.get('h');
  return handle === null ? undefined : openHandle(handle, ring, crypto)?.environmentId;
}
