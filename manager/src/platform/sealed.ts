import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const keyBytes = 32;
/** A random nonce is safe for as many texts as any key here will ever seal: trouble begins beyond 2^32. */
const nonceBytes = 12;
const tagBytes = 16;

/**
 * The key of 32 bytes that follows from a secret for one purpose: `two-factor secrets`. Keys of other purposes follow from
 * the same secret without telling of each other, so that one secret is enough for an installation.
 */
export function keyFor(secret: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `fauna ${purpose}`, keyBytes));
}

/** Seals a text with AES-256-GCM: nonce, tag and ciphertext, 28 bytes longer than the text, another every time. */
export function seal(key: Uint8Array, text: string): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}

/**
 * The text that `seal` sealed under the same key. Throws for anything else: for bytes that somebody has changed, and for
 * whatever was sealed under another key, as when the installation's secret is another one now.
 */
export function open(key: Uint8Array, sealed: Uint8Array): string {
  const bytes = Buffer.from(sealed);
  const nonce = bytes.subarray(0, nonceBytes);
  // Without it a tag that was cut short would do, and a short one can be guessed.
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
  const text = [decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()];
  return Buffer.concat(text).toString('utf8');
}
