import type { Position } from '@fauna-flags/core/link';
import { positionOf, type Snapshot } from '@fauna-flags/protocol';
import type { DocumentReader } from '../documents/document-follower.ts';

/** A source that does what a test tells it: has nothing, fails, hangs, hints or keeps silent. */
export class ScriptedReader implements DocumentReader {
  /** What it has; an Error is what it fails with; `hang` never answers. */
  has: Snapshot | undefined | Error | 'hang';
  reads = 0;
  comparisons = 0;
  watches = 0;
  readonly #listeners = new Set<() => void>();

  constructor(has?: Snapshot | Error | 'hang') {
    this.has = has;
  }

  async read(): Promise<Snapshot | undefined> {
    this.reads += 1;
    // The answer is what it had when it was asked: a change meanwhile must not slip in.
    const had = this.has;
    await Promise.resolve();
    return this.#answer(had);
  }

  async position(): Promise<Position | undefined> {
    this.comparisons += 1;
    const snapshot = await this.#answer(this.has);
    return snapshot === undefined ? undefined : positionOf(snapshot);
  }

  watch(onHint: () => void): () => void {
    this.watches += 1;
    const own = () => onHint();
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  /** Tells whoever watches. */
  hint(): void {
    for (const listener of this.#listeners) listener();
  }

  #answer(had: ScriptedReader['has']): Promise<Snapshot | undefined> {
    if (had === 'hang') return new Promise(() => {});
    return had instanceof Error ? Promise.reject(had) : Promise.resolve(had);
  }
}
