import { createPrivateKey, sign } from 'node:crypto';
import { type StoredPosition, snapshotSigningText } from '@fauna-flags/protocol';

/** Signs one document at one position; the answer is base64url. The same every time, and at every manager with the key. */
export type SignSnapshot = (documentId: string, position: StoredPosition) => string;

/** PKCS #8 in front of the 32 bytes of an Ed25519 seed. */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A signer with this secret key: the 32 bytes of an Ed25519 seed. */
export function snapshotSigner(seed: Uint8Array): SignSnapshot {
  const key = createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' });
  return (documentId, position) =>
    sign(null, Buffer.from(snapshotSigningText(documentId, position)), key).toString('base64url');
}
