import { comparePositions, type Position } from '@fauna-flags/core/link';
import { compareStored, positionOf, type Snapshot } from '@fauna-flags/protocol';
import { reasonOf } from '../log.ts';
import type { DocumentFollowerOptions, DocumentOrigin } from './document-follower-options.ts';
import { judgeSnapshot } from './judge-snapshot.ts';
import type { KeptDocument } from './kept-document.ts';
import { Rejections } from './rejections.ts';

/**
 * The last good state of one document, and the only way in which it becomes another: judged, noted, parsed, tried, swapped,
 * told, kept. What is newer is for the caller to decide; applications must come one after another.
 */
export class AppliedDocument<T> {
  readonly rejections: Rejections;
  readonly #options: DocumentFollowerOptions<T>;
  #current: { readonly document: T; readonly snapshot: Snapshot } | undefined;
  #kept: KeptDocument | undefined;
  #closed = false;

  constructor(options: DocumentFollowerOptions<T>) {
    this.#options = options;
    this.rejections = new Rejections(options.documentId, options.log);
  }

  get document(): T | undefined {
    return this.#current?.document;
  }

  /** What the document was made of. */
  get snapshot(): Snapshot | undefined {
    return this.#current?.snapshot;
  }

  /**
   * Applies the newest copy that can be; the one before it where the newest is what the process before died of. Never
   * rejects.
   */
  async open(): Promise<void> {
    this.#kept = this.#options.kept?.of(this.#options.documentId);
    for (const copy of this.#kept?.takeCopies() ?? []) if (await this.apply(copy, 'copy')) return;
  }

  /** Applies nothing from now on. */
  close(): void {
    this.#closed = true;
  }

  /** Applies a snapshot in full, or refuses it and changes nothing; resolves to which. Never rejects. */
  async apply(snapshot: Snapshot, origin: DocumentOrigin): Promise<boolean> {
    const { documentId, bytesMax, crypto, isSigned, parse } = this.#options;
    if (this.#kept?.isQuarantined(snapshot) === true) {
      this.rejections.add(snapshot, 'a process died while it was applied');
      return false;
    }
    try {
      judgeSnapshot(snapshot, {
        bytesMax,
        crypto,
        isSigned: isSigned && ((signed) => isSigned(documentId, signed)),
      });
      await this.#kept?.begin(snapshot, origin);
      // Whoever has closed us may have taken the copies away since.
      if (this.#closed) {
        void this.#kept?.end(snapshot);
        return false;
      }
      this.#current = { document: parse(snapshot), snapshot };
    } catch (error) {
      void this.#kept?.end(snapshot);
      this.rejections.add(snapshot, reasonOf(error));
      return false;
    }
    this.rejections.settle(snapshot);
    this.#tell(this.#current.document, origin);
    // Nobody waits for the copy; what came from one lies there already.
    if (origin === 'source') this.#kept?.keep(snapshot);
    else void this.#kept?.end(snapshot);
    return true;
  }

  /** Whether this is what must not be applied yet, so that there is no use in reading all of it. */
  mustWait(position: Position): boolean {
    const rejected = this.rejections.latest;
    if (rejected === undefined || this.#kept?.isQuarantined(rejected) !== true) return false;
    return comparePositions(position, positionOf(rejected)) === 'same';
  }

  /**
   * Takes over the signature of a snapshot at the position that is served: managers that begin to sign, or change their
   * key, sign what they have published before.
   */
  takeSignature(snapshot: Snapshot): void {
    const { documentId, isSigned } = this.#options;
    const current = this.#current;
    if (current === undefined || compareStored(snapshot, current.snapshot) !== 'same') return;
    if (snapshot.signature === undefined || snapshot.signature === current.snapshot.signature) return;
    const resigned = { ...current.snapshot, signature: snapshot.signature };
    if (isSigned?.(documentId, resigned) === false) return;
    this.#current = { ...current, snapshot: resigned };
    this.#kept?.keep(resigned);
  }

  #tell(document: T, origin: DocumentOrigin): void {
    try {
      this.#options.onApplied(document, origin);
    } catch (error) {
      // It is a mistake of ours, and following must go on: the next change may be the one that mends it.
      this.#options.log.error('Cannot tell everybody of a change', {
        document: this.#options.documentId,
        reason: reasonOf(error),
      });
    }
  }
}
