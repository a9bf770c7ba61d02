import { formatPosition } from '@fauna-flags/core/link';
import { positionOf } from '@fauna-flags/protocol';
import { snapshotFrame } from './bearer-api-frames.ts';
import type { DocumentLibrary } from './document-library.ts';

/** A snapshot as it is sent, and where it stands. */
export interface SnapshotFrame {
  readonly position: string;
  readonly bytes: Uint8Array;
}

/** How much is kept for readers that are about to ask for the same: a few of the largest documents. */
const keptBytesMax = 16 * 1024 * 1024;

/** Reads each document once for all readers that want it at the same time, as they do after every change. */
export class SnapshotFrames {
  readonly #library: DocumentLibrary;
  readonly #kept = new Map<
    string,
    { readonly wanted: string; readonly frame: Promise<SnapshotFrame | undefined> }
  >();
  readonly #bytes = new Map<string, number>();

  constructor(library: DocumentLibrary) {
    this.#library = library;
  }

  /** The newest frame of a document that stands at `wanted` or further; `undefined` when it is gone. May reject. */
  of(documentId: string, wanted: string): Promise<SnapshotFrame | undefined> {
    const kept = this.#kept.get(documentId);
    if (kept?.wanted === wanted) return kept.frame;
    const frame = this.#read(documentId);
    this.#forget(documentId);
    this.#kept.set(documentId, { wanted, frame });
    const isStillKept = () => this.#kept.get(documentId)?.frame === frame;
    frame.then(
      (read) => isStillKept() && this.#weigh(documentId, read?.bytes.length ?? 0),
      () => isStillKept() && this.#forget(documentId),
    );
    return frame;
  }

  /** Forgets everything: nobody reads. */
  clear(): void {
    this.#kept.clear();
    this.#bytes.clear();
  }

  async #read(documentId: string): Promise<SnapshotFrame | undefined> {
    const snapshot = await this.#library.read(documentId);
    if (snapshot === undefined) return undefined;
    return { position: formatPosition(positionOf(snapshot)), bytes: snapshotFrame(documentId, snapshot) };
  }

  #weigh(documentId: string, bytes: number): void {
    this.#bytes.set(documentId, bytes);
    let sum = [...this.#bytes.values()].reduce((total, each) => total + each, 0);
    for (const [oldest, weight] of [...this.#bytes]) {
      if (sum <= keptBytesMax) return;
      this.#forget(oldest);
      sum -= weight;
    }
  }

  #forget(documentId: string): void {
    this.#kept.delete(documentId);
    this.#bytes.delete(documentId);
  }
}
