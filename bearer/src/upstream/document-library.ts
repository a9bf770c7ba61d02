import type { Snapshot, StoredPosition } from '@fauna-flags/protocol';

/**
 * All documents that somebody holds, for other bearers to read: a manager's database, or what a bearer serves.
 *
 * Both questions may reject while the library cannot look, and whoever asks then says nothing rather than something old.
 */
export interface DocumentLibrary {
  /** Where every document stands. */
  positions(): Promise<ReadonlyMap<string, StoredPosition>>;
  /**
   * Since it was told by its own source that there is nothing newer, in milliseconds; `null` when it never was. A library
   * without it is the source itself.
   */
  staleMs?(): number | null;
  /** The newest snapshot of a document; `undefined` when there is none. */
  read(documentId: string): Promise<Snapshot | undefined>;
  /**
   * Hints that some document may have changed, soon after it has; twice or for nothing, but never not at all while the
   * library can look. A library that must look for itself does so only while it is watched. The answer ends the watch and
   * may be called twice.
   */
  watch(onHint: () => void): () => void;
}
