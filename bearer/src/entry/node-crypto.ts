import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPublicKey,
  hash,
  type KeyObject,
  verify,
} from 'node:crypto';
import type { BearerCrypto } from '../crypto.ts';

const tagLength = 16;

/** The crypto port on node:crypto. */
export const nodeCrypto: BearerCrypto = {
  // In one call: a hash object costs more than the hash of a short text.
  sha256Hex: (data) => hash('sha256', data, 'hex'),
  hmacSha256: (secret, data) => createHmac('sha256', secret).update(data).digest(),
  seal({ secret, nonce, associated, data }) {
    const cipher = createCipheriv('aes-256-gcm', secret, nonce, { authTagLength: tagLength }).setAAD(
      associated,
    );
    return Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]);
  },
  open({ secret, nonce, associated, data }) {
    const tagAt = data.length - tagLength;
    if (tagAt < 0) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', secret, nonce, { authTagLength: tagLength })
      .setAAD(associated)
      .setAuthTag(data.subarray(tagAt));
    try {
      return Buffer.concat([decipher.update(data.subarray(0, tagAt)), decipher.final()]);
    } catch {
      // node:crypto says by an exception that the tag does not hold.
      return undefined;
    }
  },
  verifyEd25519({ publicKey, text, signature }) {
    try {
      return verify(null, Buffer.from(text), ed25519Key(publicKey), signature);
    } catch {
      // What is no key and what is no signature verifies nothing.
      return false;
    }
  },
};

/** Keys as node:crypto wants them; there are a few in the life of a process. */
const ed25519Keys = new WeakMap<Uint8Array, KeyObject>();

function ed25519Key(publicKey: Uint8Array): KeyObject {
  const known = ed25519Keys.get(publicKey);
  if (known !== undefined) return known;
  const x = Buffer.from(publicKey).toString('base64url');
  const made = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  ed25519Keys.set(publicKey, made);
  return made;
}
