import { generateKeyPairSync, sign } from 'node:crypto';
import { type Snapshot, snapshotSigningText } from '@fauna-flags/protocol';

/** A manager that signs, with a pair of its own. */
export function nodeSigner(): {
  readonly publicKey: Uint8Array;
  signed(documentId: string, snapshot: Snapshot): Snapshot;
} {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    publicKey: new Uint8Array(Buffer.from(String(publicKey.export({ format: 'jwk' }).x), 'base64url')),
    signed(documentId, snapshot) {
      const text = Buffer.from(snapshotSigningText(documentId, snapshot));
      return { ...snapshot, signature: sign(null, text, privateKey).toString('base64url') };
    },
  };
}
