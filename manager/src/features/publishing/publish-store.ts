import type { ReceivedHeartbeat, Snapshot, StoredPosition } from '@fauna-flags/protocol';

/** What became of a snapshot that was offered to the store. */
export type PutOutcome =
  /** It was newer and lies there now; readers have been hinted. */
  | { readonly outcome: 'stored' }
  /** It lay there already, byte for byte; readers have been hinted again. */
  | { readonly outcome: 'same' }
  /** Something newer lies there. */
  | { readonly outcome: 'older'; readonly current: StoredPosition }
  /** The same epoch and version lie there with other content: two histories exist. */
  | { readonly outcome: 'fork'; readonly current: StoredPosition };

/** Where a document of the store stands, and what it is signed with, if it is. */
export type StoredEntry = StoredPosition & Pick<Snapshot, 'signature'>;

/**
 * The write side of the store between manager and bearers.
 *
 * Promises of every adapter: `compareAndSet` is atomic, whoever else calls it at the same time; what lies in the store
 * only ever moves forward; offering the same snapshot twice is harmless, and the second
 * time its signature takes the place of the one that lies there, if it has one. A call may reject when the store is away, and
 * then nothing is known about whether it took effect; `compareAndSet` rejects with `StoreRefusal` when it takes nothing at all. After `close` every call rejects.
 */
export interface PublishStore {
  compareAndSet(documentId: string, snapshot: Snapshot): Promise<PutOutcome>;
  /** Where every document of the store stands. */
  positions(): Promise<ReadonlyMap<string, StoredEntry>>;
  /** Takes away a document whose environment has been deleted; unknown ones are ignored. */
  remove(documentId: string): Promise<void>;
  /**
   * How the bearers do that report into this store: the newest heartbeat of each that has not been silent for
   * `heartbeatLifeMs`. What lies there and is no heartbeat is left out.
   */
  heartbeats(): Promise<readonly ReceivedHeartbeat[]>;
  close(): Promise<void>;
}
