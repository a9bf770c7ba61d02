import { formatPosition } from '@fauna-flags/core/link';
import { compareStored, positionOf, type StoredPosition } from '@fauna-flags/protocol';
import type { Log } from '../log.ts';

/** What of one document could not be applied: the last one as long as it matters, and how many there were. */
export class Rejections {
  readonly #documentId: string;
  readonly #log: Log;
  #latest: StoredPosition | undefined;
  #count = 0;
  #reason = '';
  /** The last one that was logged, and why. */
  #complaint = '';

  constructor(documentId: string, log: Log) {
    this.#documentId = documentId;
    this.#log = log;
  }

  /** The last one, until something later is applied or the source offers it no more. */
  get latest(): StoredPosition | undefined {
    return this.#latest;
  }

  /** Why the last one could not be applied. */
  get reason(): string {
    return this.#reason;
  }

  /** All since the start. The same one counts each time that it is offered. */
  get count(): number {
    return this.#count;
  }

  /** Remembers one and tells of it, once: it will be offered again every few seconds. */
  add({ epoch, version, hash }: StoredPosition, reason: string): void {
    this.#latest = { epoch, version, hash };
    this.#count += 1;
    this.#reason = reason;
    const position = formatPosition(positionOf(this.#latest));
    const complaint = `${position} ${reason}`;
    if (complaint !== this.#complaint)
      this.#log.error('Cannot apply a snapshot, kept the last good one', {
        document: this.#documentId,
        position,
        reason,
      });
    this.#complaint = complaint;
  }

  /** Something was applied: what is not later than that is settled. */
  settle(applied: StoredPosition): void {
    if (this.#latest !== undefined && compareStored(applied, this.#latest) !== 'older') this.clear();
  }

  /** The source does not offer it any more. */
  clear(): void {
    this.#latest = undefined;
  }
}
