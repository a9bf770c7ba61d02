import { createHash } from 'node:crypto';

/** SHA-256 in hex, from the platform and not from the code under test. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
