import { compareStored, type ReceivedHeartbeat, type Snapshot } from '@fauna-flags/protocol';
import type { PublishStore, StoredEntry } from './publish-store.ts';

/** What the memory store writes to: the shelf that the bearer in the same process reads from. */
export interface Shelf {
  read(documentId: string): Snapshot | undefined;
  /** Lays the snapshot down and hints whoever watches. */
  put(documentId: string, snapshot: Snapshot): void;
  remove(documentId: string): void;
  documents(): Iterable<string>;
}

/** Where the bearer in the same process reports to. */
export interface Reports {
  heartbeats(): readonly ReceivedHeartbeat[];
}

/** The store of the all-in-one process. It is empty at every start; the publisher fills it from Postgres. */
export function memoryStore(shelf: Shelf, reports: Reports = { heartbeats: () => [] }): PublishStore {
  let closed = false;
  const check = () => {
    if (closed) throw new Error('Cannot use the memory store: it is closed');
  };
  return {
    async compareAndSet(documentId, snapshot) {
      check();
      const current = shelf.read(documentId);
      const order = current === undefined ? 'newer' : compareStored(snapshot, current);
      if (order === 'newer' || order === 'same' || current === undefined) {
        // What lies there may be signed; the same without a signature must not take that away.
        shelf.put(
          documentId,
          order === 'same' && snapshot.signature === undefined && current ? current : snapshot,
        );
        return { outcome: order === 'same' ? 'same' : 'stored' };
      }
      const { epoch, version, hash } = current;
      return { outcome: order, current: { epoch, version, hash } };
    },
    async positions() {
      check();
      const all = new Map<string, StoredEntry>();
      for (const documentId of shelf.documents()) {
        const snapshot = shelf.read(documentId);
        if (snapshot === undefined) continue;
        const { epoch, version, hash, signature } = snapshot;
        all.set(documentId, { epoch, version, hash, ...(signature === undefined ? {} : { signature }) });
      }
      return all;
    },
    async remove(documentId) {
      check();
      shelf.remove(documentId);
    },
    async heartbeats() {
      check();
      return reports.heartbeats();
    },
    async close() {
      closed = true;
    },
  };
}
