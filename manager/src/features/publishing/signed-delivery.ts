import { formatStoredPosition, type StoredPosition } from '@fauna-flags/protocol';
import type { Outbox } from './outbox.ts';
import type { PublishStore } from './publish-store.ts';
import type { SignSnapshot } from './snapshot-signer.ts';

/**
 * An outbox and a store of a manager that signs. Whatever leaves the database carries a signature; and what lies in the
 * store without ours is not counted as being there, so that the publisher's comparison offers it once more: after signing
 * was switched on, or the key was changed, everything is signed within seconds, without a new version of anything.
 */
export function signedDelivery({
  outbox,
  store,
  sign,
}: {
  readonly outbox: Outbox;
  readonly store: PublishStore;
  readonly sign: SignSnapshot;
}): { readonly outbox: Outbox; readonly store: PublishStore } {
  // The comparison asks about every document every few seconds, and most stand where they stood.
  const known = new Map<string, { readonly position: string; readonly signature: string }>();
  const signatureOf = (documentId: string, stored: StoredPosition): string => {
    const position = formatStoredPosition(stored);
    const last = known.get(documentId);
    if (last?.position === position) return last.signature;
    const signature = sign(documentId, stored);
    known.set(documentId, { position, signature });
    return signature;
  };
  return {
    outbox: {
      ...outbox,
      async read(documentId) {
        const snapshot = await outbox.read(documentId);
        return snapshot && { ...snapshot, signature: signatureOf(documentId, snapshot) };
      },
    },
    store: {
      ...store,
      // Read from the outbox it is signed; what a commit hands over is not.
      compareAndSet: (documentId, snapshot) =>
        store.compareAndSet(documentId, { ...snapshot, signature: signatureOf(documentId, snapshot) }),
      async positions() {
        const stored = [...(await store.positions())];
        return new Map(
          stored.filter(([documentId, entry]) => entry.signature === signatureOf(documentId, entry)),
        );
      },
      async remove(documentId) {
        known.delete(documentId);
        await store.remove(documentId);
      },
    },
  };
}
