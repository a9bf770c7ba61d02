import type { Snapshot, StoredPosition } from '@fauna-flags/protocol';

/**
 * The database's side of publishing: snapshots in state form, and what each manager knows to have been published. The
 * latter is written by publishers alone, so that a slow store never blocks a writer.
 */
export interface Outbox {
  /** Documents whose snapshot is ahead of, or differs from, what is known to be published. */
  pending(): Promise<readonly string[]>;
  /** Documents that were published and whose environment is gone. */
  deleted(): Promise<readonly string[]>;
  read(documentId: string): Promise<Snapshot | undefined>;
  /** Where every document stands. */
  positions(): Promise<ReadonlyMap<string, StoredPosition>>;
  /** Remembers that a snapshot lies in the store; never moves backwards. */
  markPublished(documentId: string, position: StoredPosition): Promise<void>;
  /** Forgets a document that has been taken away. */
  forget(documentId: string): Promise<void>;
  /**
   * Moves a document onto an epoch above `above`, unless it has moved beyond that by itself: the answer to a store that
   * holds commits which the database has lost.
   */
  raiseEpoch(documentId: string, above: StoredPosition): Promise<void>;
}
