import { StoreFailure } from './store-failure.ts';

/** A store that has gone fails every document alike, and each failure takes its time: the rest waits for the next round. */
const failuresInRowMax = 3;

/**
 * Tries documents one by one and keeps account of those that the store does not take. They must not keep back the others:
 * each is tried by itself, whatever became of the one before it, and those that failed last time come last.
 */
export class Attempts {
  /** What the store did not take when it was last offered. */
  readonly #untaken = new Set<string>();
  /** What it has not taken in this round, and why: tried once a round. */
  readonly #failed = new Map<string, unknown>();

  /** Does the work of one round to its end, and rejects then if the store has not taken everything. */
  async round(work: () => Promise<void>): Promise<void> {
    this.#failed.clear();
    const before = new Set(this.#untaken);
    await work();
    const [failure] = this.#failed.values();
    if (failure === undefined) {
      this.#untaken.clear();
      return;
    }
    throw new StoreFailure(
      failure,
      [...this.#failed.keys()].filter((documentId) => !before.has(documentId)),
    );
  }

  /** Goes on after a document that the store does not take; a database that fails ends the round. */
  async each(documentIds: readonly string[], work: (documentId: string) => Promise<void>): Promise<void> {
    let failuresInRow = 0;
    for (const documentId of this.#inOrder(documentIds)) {
      if (failuresInRow === failuresInRowMax) return;
      try {
        await work(documentId);
        this.#untaken.delete(documentId);
        failuresInRow = 0;
      } catch (error) {
        if (!(error instanceof StoreFailure)) throw error;
        this.#failed.set(documentId, error.cause);
        this.#untaken.add(documentId);
        failuresInRow += 1;
      }
    }
  }

  /** What has not failed yet comes first, and what has failed in this round waits for the next. */
  #inOrder(documentIds: readonly string[]): readonly string[] {
    const open = documentIds.filter((documentId) => !this.#failed.has(documentId));
    return [
      ...open.filter((documentId) => !this.#untaken.has(documentId)),
      ...open.filter((documentId) => this.#untaken.has(documentId)),
    ];
  }
}
