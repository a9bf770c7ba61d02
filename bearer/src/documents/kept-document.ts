import { compareStored, type Snapshot, type StoredPosition } from '@fauna-flags/protocol';
import { type Clock, within } from '../clock.ts';
import type { DocumentOrigin } from './document-follower-options.ts';
import { Quarantine } from './quarantine.ts';
import type { ApplyAttempt, SnapshotCopies } from './snapshot-copies.ts';

/** How long a note may take before the change goes on without: a disk that hangs must not hold back a kill switch. */
const noteMsMax = 1_000;

/** What keeping one document takes. */
export interface KeptDocumentOptions {
  readonly documentId: string;
  readonly copies: SnapshotCopies;
  readonly clock: Clock;
  /** What the process before has left. */
  readonly kept: readonly Snapshot[];
  readonly interrupted: ApplyAttempt | undefined;
  /** Told of every call: `undefined` when it went well. */
  readonly onOutcome: (error: unknown) => void;
}

/**
 * The copies of one document, for whoever follows it. Nothing here ever rejects: what cannot be kept is served from memory.
 *
 * A change does not wait for its copy. The copy is written behind it, one at a time, and of several changes that come
 * meanwhile only the last; the note that something is being applied stays until the copy lies there.
 */
export class KeptDocument {
  readonly #options: KeptDocumentOptions;
  readonly #quarantine: Quarantine;
  #kept: readonly Snapshot[];
  #isEmpty: boolean;
  #noted: StoredPosition | undefined;
  #notes: Promise<void> = Promise.resolve();
  #due: Snapshot | 'forget' | undefined;
  #work: Promise<void> | undefined;

  constructor(options: KeptDocumentOptions) {
    this.#options = options;
    this.#kept = options.kept;
    this.#isEmpty = options.kept.length === 0 && options.interrupted === undefined;
    this.#quarantine = new Quarantine({
      attempt: options.interrupted,
      // The newest copy may be the very thing; then it is the other one that must be there.
      hasCopy: options.kept.some(
        (copy) =>
          options.interrupted === undefined || compareStored(copy, options.interrupted.position) !== 'same',
      ),
      now: options.clock.now(),
    });
  }

  /** What the process before has left, the newest in front; given once, since it may be large. */
  takeCopies(): readonly Snapshot[] {
    const kept = this.#kept;
    this.#kept = [];
    return kept;
  }

  /** Whether a process has died at this position, so that it must not be applied now. */
  isQuarantined(position: StoredPosition): boolean {
    return this.#quarantine.holds(position, this.#options.clock.now());
  }

  /** Notes that this is about to be applied. */
  begin({ epoch, version, hash }: StoredPosition, origin: DocumentOrigin): Promise<void> {
    const position = { epoch, version, hash };
    // There is room for one note, and what a process has died of warns better than that a copy is read once more.
    if (origin === 'copy' && this.#quarantine.warnsOfOther(position)) return this.#notes;
    this.#noted = position;
    const { documentId, copies, clock } = this.#options;
    const attempt = {
      position,
      attempt: this.#quarantine.nextAttempt(position, origin),
      beganAtMs: clock.now(),
    };
    return this.#note(() => copies.beginApplying(documentId, attempt));
  }

  /** Crosses the note out, unless something else is being applied by now. */
  end(position: StoredPosition): Promise<void> {
    if (this.#noted === undefined || compareStored(this.#noted, position) !== 'same') return this.#notes;
    this.#noted = undefined;
    const { documentId, copies } = this.#options;
    const { attempt } = this.#quarantine;
    // What another process died at is not undone by something older that went well.
    if (attempt !== undefined && compareStored(position, attempt.position) === 'older')
      return this.#note(() => copies.beginApplying(documentId, attempt));
    return this.#note(() => copies.endApplying(documentId));
  }

  /** Writes a copy of what has been applied, soon, and then crosses the note out. */
  keep(snapshot: Snapshot): void {
    this.#isEmpty = false;
    this.#due = snapshot;
    this.#work ??= this.#run();
  }

  /** Takes away every copy, soon. */
  forget(): void {
    if (this.#isEmpty) return;
    this.#isEmpty = true;
    this.#due = 'forget';
    this.#work ??= this.#run();
  }

  /** Resolves once nothing is left to be written. */
  async settled(): Promise<void> {
    await this.#work;
    await this.#notes;
  }

  async #run(): Promise<void> {
    const { documentId, copies } = this.#options;
    for (let due = this.#due; due !== undefined; due = this.#due) {
      this.#due = undefined;
      if (due === 'forget') {
        await this.#attempt(() => copies.remove(documentId));
        continue;
      }
      const snapshot = due;
      await this.#attempt(() => copies.save(documentId, snapshot));
      // Also when it could not be kept: it was applied, and nobody died of it.
      await this.end(snapshot);
    }
    this.#work = undefined;
  }

  /** Notes replace each other, so they are written in order. */
  #note(write: () => Promise<void>): Promise<void> {
    const { clock } = this.#options;
    this.#notes = this.#notes.then(() => this.#attempt(() => within(clock, noteMsMax, write())));
    return this.#notes;
  }

  async #attempt(call: () => Promise<void>): Promise<void> {
    const { onOutcome } = this.#options;
    try {
      await call();
      onOutcome(undefined);
    } catch (error) {
      onOutcome(error);
    }
  }
}
