import { formatPosition, type Position } from '@fauna-flags/core/link';
import { positionOf, type StoredPosition } from '@fauna-flags/protocol';
import type { StreamSink } from '../streams/stream-sink.ts';
import { goodbyeFrame } from './bearer-api-frames.ts';
import type { SnapshotFrames } from './snapshot-frames.ts';

/** Where all documents stand, and the frame that says so. */
export interface Overview {
  readonly positions: ReadonlyMap<string, StoredPosition>;
  readonly frame: Uint8Array;
}

/** How long a reader may take nothing of what lies ready for it. */
const undrainedMsMax = 15_000;

/**
 * One reader of a library. It is owed the documents that stand elsewhere than at what it holds, then word of where all
 * stand. One frame at a time, and each is read when it is its turn: a slow reader costs one frame of memory, and gets the
 * newest of each document, however many changes it has missed.
 */
export class LibraryStream {
  readonly #sink: StreamSink;
  readonly #frames: SnapshotFrames;
  readonly #onTrouble: (error: unknown) => void;
  /** Document id → `epoch-version-hash8` of what the reader holds. */
  readonly #held: Map<string, string>;
  /** Document id → where it stood when the reader was found not to hold it. */
  readonly #due = new Map<string, string>();
  #owed: Overview | undefined;
  #isPumping = false;
  #isOver = false;
  #progressAt: number;
  #pendingSeen = 0;

  constructor({
    sink,
    frames,
    held,
    now,
    onTrouble,
  }: {
    readonly sink: StreamSink;
    readonly frames: SnapshotFrames;
    readonly held: ReadonlyMap<string, Position>;
    readonly now: number;
    /** A document could not be read; it is tried again at the next overview. */
    readonly onTrouble: (error: unknown) => void;
  }) {
    this.#sink = sink;
    this.#frames = frames;
    this.#onTrouble = onTrouble;
    this.#held = new Map([...held].map(([documentId, position]) => [documentId, formatPosition(position)]));
    this.#progressAt = now;
  }

  /** Brings the reader to where all documents stand; says so also when nothing has changed, if `isSign`. */
  advance(overview: Overview, { isSign }: { readonly isSign: boolean }): void {
    let hasChanged = false;
    for (const [documentId, stored] of overview.positions) {
      const position = formatPosition(positionOf(stored));
      if (this.#held.get(documentId) === position) {
        this.#due.delete(documentId);
        continue;
      }
      this.#due.set(documentId, position);
      hasChanged = true;
    }
    for (const documentId of [...this.#held.keys()]) {
      if (overview.positions.has(documentId)) continue;
      this.#held.delete(documentId);
      this.#due.delete(documentId);
      hasChanged = true;
    }
    if (hasChanged || isSign || this.#owed !== undefined) this.#owed = overview;
    this.pump();
  }

  /** Sends what is due, as soon as the reader has taken what was sent before. */
  pump(): void {
    if (this.#isPumping || this.#isOver) return;
    this.#isPumping = true;
    this.#send().catch(this.#onTrouble);
  }

  /** Cuts a reader that takes nothing. */
  sweep(now: number): void {
    const pending = this.#sink.pendingBytes();
    if (pending === 0 || pending < this.#pendingSeen) this.#progressAt = now;
    this.#pendingSeen = pending;
    if (now - this.#progressAt >= undrainedMsMax) this.#sink.cut();
  }

  /** Sends the reader away, and closes. */
  end(delayMs: number): void {
    this.#sink.send(goodbyeFrame(delayMs));
    this.#sink.close();
  }

  /** The reader has left. */
  forget(): void {
    this.#isOver = true;
    this.#due.clear();
  }

  async #send(): Promise<void> {
    try {
      while (!this.#isOver && this.#sink.pendingBytes() === 0) {
        const [due] = this.#due;
        if (due !== undefined) {
          await this.#sendDocument(...due);
        } else if (this.#owed !== undefined) {
          this.#sink.send(this.#owed.frame);
          this.#owed = undefined;
        } else return;
      }
    } finally {
      // In the same step in which the loop has ended: the reader may drain in the very next one, and must be heard.
      this.#isPumping = false;
    }
  }

  async #sendDocument(documentId: string, wanted: string): Promise<void> {
    const frame = await this.#frames.of(documentId, wanted);
    if (this.#isOver) return;
    // What has changed since is found by the next overview, which is on its way.
    this.#due.delete(documentId);
    if (frame === undefined) return;
    this.#held.set(documentId, frame.position);
    this.#sink.send(frame.bytes);
  }
}
