import type { CreateSdkKey } from '@fauna-flags/protocol';
import { findings } from '../../platform/http/index.ts';

/** Refuses origins that no browser would ever send, and an end that has passed already. */
export function checkSdkKey({ name, origins = [], expiresAt }: CreateSdkKey, now: Date): void {
  const found = findings();
  for (const [index, origin] of origins.entries()) {
    if (origin !== '*' && !isOrigin(origin)) {
      found.add(
        `origins[${index}]`,
        'must be "*" or an exact origin like "https://shop.example", without a path',
      );
    }
  }
  if (expiresAt !== undefined && expiresAt !== null && new Date(expiresAt) <= now) {
    found.add('expiresAt', 'must be in the future');
  }
  found.throwIfAny(`create SDK key "${name}"`);
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, host } = new URL(text);
  // Schemes that the standard does not know (an app's web view) have no origin there, but browsers send one.
  return origin === 'null' ? host !== '' && text === `${protocol}//${host}` : text === origin;
}
