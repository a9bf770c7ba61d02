import { createHash } from 'node:crypto';

/**
 * SHA-256 of a secret, in hex: what is kept of it, and what it is found by. Only for secrets of 80 random bits and more,
 * which nobody can guess: they need no slower hash.
 */
export function secretDigest(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex');
}
