import { type Snapshot, snapshotSigningText } from '@fauna-flags/protocol';
import type { BearerCrypto } from '../crypto.ts';
import { fromBase64Url } from '../keys/base64url.ts';

/**
 * Judges whether one of these keys (Ed25519, 32 bytes each) has signed a snapshot as this document, at this position, with
 * this hash. With it a bearer believes managers alone, and not whoever can write to the store.
 *
 * Several keys, since a key is changed in steps: bearers learn the new one, then managers sign with it.
 */
export function signedSnapshots({
  verifyKeys,
  crypto,
}: {
  readonly verifyKeys: readonly Uint8Array[];
  readonly crypto: BearerCrypto;
}): (documentId: string, snapshot: Snapshot) => boolean {
  return (documentId, snapshot) => {
    const signature = fromBase64Url(snapshot.signature ?? '');
    if (signature === undefined || signature.length === 0) return false;
    const text = snapshotSigningText(documentId, snapshot);
    return verifyKeys.some((publicKey) => crypto.verifyEd25519({ publicKey, text, signature }));
  };
}
