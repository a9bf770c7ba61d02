import type { Snapshot } from '@fauna-flags/protocol';
import { type ApplyAttempt, copiesPerDocument, type SnapshotCopies } from './snapshot-copies.ts';

/** Copies in memory. They outlive a bearer as long as somebody holds this object: the disk of tests and simulations. */
export class MemoryCopies implements SnapshotCopies {
  readonly #copies = new Map<string, readonly Snapshot[]>();
  readonly #attempts = new Map<string, ApplyAttempt>();

  async load(): Promise<ReadonlyMap<string, readonly Snapshot[]>> {
    return new Map(this.#copies);
  }

  async save(documentId: string, snapshot: Snapshot): Promise<void> {
    const { epoch, version, hash } = snapshot;
    const others = (this.#copies.get(documentId) ?? []).filter(
      (copy) => copy.epoch !== epoch || copy.version !== version || copy.hash !== hash,
    );
    this.#copies.set(documentId, [snapshot, ...others].slice(0, copiesPerDocument));
  }

  async remove(documentId: string): Promise<void> {
    this.#copies.delete(documentId);
    this.#attempts.delete(documentId);
  }

  async beginApplying(documentId: string, attempt: ApplyAttempt): Promise<void> {
    this.#attempts.set(documentId, attempt);
  }

  async endApplying(documentId: string): Promise<void> {
    this.#attempts.delete(documentId);
  }

  async interrupted(): Promise<ReadonlyMap<string, ApplyAttempt>> {
    return new Map(this.#attempts);
  }
}
