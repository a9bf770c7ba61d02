import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { MemoryShelf } from '@fauna-flags/bearer';
import { nodeCrypto } from '@fauna-flags/bearer/node';
import type { Snapshot, StoredPosition } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { signedSnapshots } from '../../../../bearer/src/documents/signed-snapshots.ts';
import { snapshotOf } from '../../../../bearer/src/testing/documents.ts';
import { memoryStore } from './memory-store.ts';
import type { Outbox } from './outbox.ts';
import { startPublisher } from './publisher.ts';
import { signedDelivery } from './signed-delivery.ts';
import { type SignSnapshot, snapshotSigner } from './snapshot-signer.ts';

/** A pair: what the manager signs with, and how a bearer with the other half judges. */
function pair() {
  const { privateKey } = generateKeyPairSync('ed25519');
  const seed = Buffer.from(String(privateKey.export({ format: 'jwk' }).d), 'base64url');
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicKey = new Uint8Array(Buffer.from(String(x), 'base64url'));
  return {
    sign: snapshotSigner(seed),
    believes: signedSnapshots({ verifyKeys: [publicKey], crypto: nodeCrypto }),
  };
}

/** A database of fixed snapshots, all of them published before: only a comparison finds anything to do. */
function published(documents: ReadonlyMap<string, Snapshot>): Outbox {
  return {
    pending: async () => [],
    deleted: async () => [],
    read: async (documentId) => documents.get(documentId),
    positions: async () => new Map<string, StoredPosition>(documents),
    markPublished: async () => {},
    forget: async () => {},
    raiseEpoch: async () => {},
  };
}

const documents = new Map([
  ['a', snapshotOf({ a: 1 }, { epoch: 7, version: 3 })],
  ['keys', snapshotOf({ keys: 1 }, { epoch: 7, version: 9 })],
]);

/** Starts a manager over what lies on the shelf, and ends it. */
async function manage(shelf: MemoryShelf, sign: SignSnapshot | undefined): Promise<void> {
  const unsigned = { outbox: published(documents), store: memoryStore(shelf) };
  const publisher = await startPublisher({
    ...(sign === undefined ? unsigned : signedDelivery({ ...unsigned, sign })),
    schedule: () => () => {},
    random: () => 0.5,
    epochMax: () => Number.POSITIVE_INFINITY,
    log: { warn: () => {}, info: () => {} },
  });
  await publisher.close();
}

describe('signedDelivery()', () => {
  it('signs what was published before it was switched on, and again when the key changes', async () => {
    const shelf = new MemoryShelf();
    const believed = (believes: ReturnType<typeof pair>['believes']) =>
      [...documents.keys()].map((id) => {
        const snapshot = shelf.read(id);
        return snapshot !== undefined && believes(id, snapshot);
      });
    const [first, second] = [pair(), pair()];
    await manage(shelf, undefined);
    expect(believed(first.believes)).toEqual([false, false]);
    await manage(shelf, first.sign);
    expect(believed(first.believes)).toEqual([true, true]);
    await manage(shelf, undefined);
    expect(believed(first.believes)).toEqual([true, true]);
    await manage(shelf, second.sign);
    expect(believed(second.believes)).toEqual([true, true]);
    expect(shelf.read('a')).toMatchObject({ epoch: 7, version: 3 });
  });

  it('offers nothing again that is signed already', async () => {
    const shelf = new MemoryShelf();
    const { sign } = pair();
    await manage(shelf, sign);
    let offers = 0;
    shelf.subscribe(() => {
      offers += 1;
    });
    await manage(shelf, sign);
    expect(offers).toBe(0);
  });
});
