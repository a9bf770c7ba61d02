import type { Snapshot, StoredPosition } from '@fauna-flags/protocol';

/** One try to apply a snapshot, as it is noted before it begins and crossed out once it has gone well. */
export interface ApplyAttempt {
  readonly position: StoredPosition;
  /**
   * 1 for the first, or 0 for the first of a copy, since that has gone well before; one more for each process that died
   * at this very position.
   */
  readonly attempt: number;
  /** Epoch milliseconds. */
  readonly beganAtMs: number;
}

/** The copies of each document that are kept: the second is there for when the newest turns out damaged or poisonous. */
export const copiesPerDocument = 2;

/**
 * What a bearer keeps of its documents beyond its own life, so that it can serve while everything else is away: on disk, in
 * the storage of a Durable Object, in memory. And a note of what is being applied, so that a snapshot which kills the
 * process kills it once.
 *
 * Every call may reject (a full disk, a folder without rights), and whoever calls goes on without. An adapter judges no
 * content; it only never gives back other bytes than it was given. Calls about one document are made one after another,
 * but for `beginApplying` and `endApplying`, which may come while a `save` is under way.
 */
export interface SnapshotCopies {
  /**
   * The last `copiesPerDocument` good copies of every document, the one saved last in front. What is damaged, half
   * written or of somebody else is left out, and never a reason to reject.
   */
  load(): Promise<ReadonlyMap<string, readonly Snapshot[]>>;
  /**
   * Keeps a snapshot, signature included, as the newest of its document. It takes effect as a whole or not at all,
   * whenever the process dies; once it has resolved it outlives the machine. Saving what is the newest already is harmless.
   * What is saved is never older than what was saved before; of a fork, the later one counts.
   */
  save(documentId: string, snapshot: Snapshot): Promise<void>;
  /** Forgets all copies of a document, and what was noted of it; unknown ones are ignored. */
  remove(documentId: string): Promise<void>;
  /**
   * Notes what is about to be applied, in place of what was noted of this document before. Once it has resolved, the note
   * outlives the process; it need not outlive the machine, and it is on the way of every change, so it must be quick.
   */
  beginApplying(documentId: string, attempt: ApplyAttempt): Promise<void>;
  /** Crosses the note out; harmless when there is none. */
  endApplying(documentId: string): Promise<void>;
  /** What processes before this one had noted and not crossed out when they died. It stays until it is replaced or crossed out. */
  interrupted(): Promise<ReadonlyMap<string, ApplyAttempt>>;
}
