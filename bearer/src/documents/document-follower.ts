import { comparePositions, formatPosition } from '@fauna-flags/core/link';
import {
  compareStored,
  formatStoredPosition,
  type HeartbeatDocument,
  positionOf,
  rejectedReasonLength,
  type Snapshot,
} from '@fauna-flags/protocol';
import { within } from '../clock.ts';
import { reasonOf } from '../log.ts';
import { AppliedDocument } from './applied-document.ts';
import type { DocumentFollowerOptions } from './document-follower-options.ts';
import type { DocumentStatus } from './document-status.ts';
import { SharedQuestion } from './shared-question.ts';

export type { DocumentReader } from './document-follower-options.ts';

/*
 * Follows one document of the delivery protocol and keeps the last good state for ever.
 *
 * First what the process before has kept is served, so that nothing upstream is needed to begin. Then: watch first, then
 * read; the other order loses a change that falls between the two. A hint leads to one read at a time; a hint that comes
 * while one runs asks for another one after it. Every ten seconds the positions are compared, which finds what lost hints
 * have missed; a question that was not answered is asked again after a second, then less and less often. A snapshot is
 * applied when it is newer, or when it has our own epoch and version but other content (a fork: two histories exist, and the
 * source's is the one that survives). What is missing, older, of another hash than it says, not signed where it must be, or
 * cannot be parsed is never applied.
 *
 * The order of one application: size and depth, hash, signature, a note on disk that it begins, parse and try, the swap,
 * the word to all streams, then the copy on disk, and the note is crossed out. Nobody waits for the copy.
 */

/** More of them change nothing any more. */
const failuresCountedMax = 16;

/** Follows one document until it is stopped. */
export class DocumentFollower<T> {
  readonly #options: DocumentFollowerOptions<T>;
  readonly #applied: AppliedDocument<T>;
  #confirmedAt: number | undefined;
  #confirmations = 0;
  readonly #claims: SharedQuestion;
  readonly #bornAt: number;
  #answered = false;
  #contact: 'none' | 'made' | 'lost' = 'none';
  #dirty = true;
  /** Questions in a row that the source has not answered. */
  #failures = 0;
  #again = false;
  #flight: Promise<void> | undefined;
  #stopped = false;
  #cancelTick = () => {};
  #endWatch = () => {};
  #serving: Promise<void> | undefined;

  constructor(options: DocumentFollowerOptions<T>) {
    this.#options = options;
    this.#bornAt = options.clock.steady();
    this.#claims = new SharedQuestion({
      clock: options.clock,
      everyMs: options.limits.confirmEveryMs,
      ask: () => this.#compare(),
    });
    this.#applied = new AppliedDocument(options);
  }

  /** The last good state. */
  get document(): T | undefined {
    return this.#applied.document;
  }

  /** What the last good state was made of, for whoever reads from this bearer. */
  get snapshot(): Snapshot | undefined {
    return this.#applied.snapshot;
  }

  /** Whether the source has answered at all, be it that it has nothing. */
  get answered(): boolean {
    return this.#answered;
  }

  /**
   * Serves the copy, if there is one; watches, then reads. Resolves once the copy is served or there is none that can be,
   * and does not wait for the source. Never rejects.
   */
  start(): Promise<void> {
    const served = this.#applied.open();
    // Without copies the source is asked in this very step.
    if (this.#options.kept !== undefined) this.#serving = served;
    this.#endWatch = this.#options.reader.watch(() => void this.#fetch());
    void this.#fetch();
    this.#scheduleTick();
    return served;
  }

  /** Keeps the state and asks no more. */
  stop(): void {
    this.#stopped = true;
    this.#applied.close();
    this.#cancelTick();
    this.#endWatch();
  }

  /**
   * Compares with the source and resolves to whether it has confirmed that we have what it has. What was confirmed before
   * the call does not count, however fresh: a reader that is ahead of us got its state after that. Never rejects.
   *
   * All who ask within `confirmEveryMs` share one comparison, since readers may claim whatever they like.
   */
  async confirm(): Promise<boolean> {
    const calledAt = this.#options.clock.steady();
    const before = this.#confirmations;
    await this.#claims.answered();
    return this.#confirmations > before && (this.#confirmedAt ?? 0) >= calledAt;
  }

  status(): DocumentStatus {
    const staleMs = this.#staleMs();
    const { snapshot, rejections } = this.#applied;
    const rejected = rejections.latest;
    return {
      position: snapshot === undefined ? null : formatPosition(positionOf(snapshot)),
      source: snapshot === undefined ? 'waiting' : this.#contact === 'made' ? 'live' : 'stale',
      staleSeconds: staleMs === null ? null : Math.round(staleMs / 1000),
      rejected: rejected === undefined ? null : formatPosition(positionOf(rejected)),
      rejections: rejections.count,
    };
  }

  /** The same for a heartbeat, whose readers need whole positions. */
  heartbeat(): HeartbeatDocument {
    const { snapshot, rejections } = this.#applied;
    const rejected = rejections.latest;
    return {
      position: snapshot === undefined ? null : formatStoredPosition(snapshot),
      ...(rejected !== undefined && {
        rejected: formatStoredPosition(rejected),
        rejectedReason: rejections.reason.slice(0, rejectedReasonLength),
      }),
      staleMs: this.#staleMs(),
    };
  }

  /**
   * For how many seconds, at least, nobody has confirmed what is served, because its source cannot be asked; `undefined`
   * while it can.
   */
  get unconfirmedSeconds(): number | undefined {
    if (this.#contact === 'made' || this.snapshot === undefined) return undefined;
    return Math.max(
      0,
      Math.round((this.#options.clock.steady() - (this.#confirmedAt ?? this.#bornAt)) / 1_000),
    );
  }

  #staleMs(): number | null {
    if (this.#confirmedAt === undefined) return null;
    return Math.max(0, this.#options.clock.steady() - this.#confirmedAt);
  }

  #scheduleTick(): void {
    this.#cancelTick();
    if (this.#stopped) return;
    const { clock, random } = this.#options;
    this.#cancelTick = clock.after(this.#periodMs() * (0.8 + 0.4 * random()), () => {
      void this.#compare().finally(() => this.#scheduleTick());
    });
  }

  /** What failed is tried again soon, and less soon the more often it has failed: a source that is away comes back to all. */
  #periodMs(): number {
    const { reconcileMs, reconcileColdMs } = this.#options.limits;
    if (this.snapshot === undefined) return reconcileColdMs;
    return this.#failures === 0 ? reconcileMs : Math.min(reconcileMs, reconcileColdMs * 2 ** this.#failures);
  }

  async #compare(): Promise<void> {
    const { snapshot } = this.#applied;
    if (this.#dirty || snapshot === undefined) return this.#fetch();
    const { clock, reader, limits } = this.#options;
    const askedAt = clock.steady();
    try {
      const theirs = await within(clock, limits.sourceTimeoutMs, reader.position());
      this.#makeContact();
      if (theirs === undefined || this.#applied.mustWait(theirs)) return;
      const standing = comparePositions(theirs, positionOf(snapshot));
      if (standing === 'newer' || standing === 'fork') return this.#fetch();
      this.#confirm(askedAt);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fetch(): Promise<void> {
    if (this.#flight !== undefined) {
      this.#again = true;
      return this.#flight;
    }
    this.#flight = this.#fly();
    return this.#flight;
  }

  async #fly(): Promise<void> {
    const { clock, reader, limits } = this.#options;
    if (this.#serving !== undefined) await this.#serving;
    do {
      this.#again = false;
      if (this.#stopped) return;
      const askedAt = clock.steady();
      try {
        const snapshot = await within(clock, limits.sourceTimeoutMs, reader.read());
        this.#makeContact();
        this.#answered = true;
        if (snapshot !== undefined && !this.#stopped) await this.#consider(snapshot, askedAt);
      } catch (error) {
        this.#fail(error);
      }
    } while (this.#again);
    // In the step that has found nothing more to do: a hint between this and the promise's end would ask nobody.
    this.#flight = undefined;
  }

  async #consider(snapshot: Snapshot, askedAt: number): Promise<void> {
    const current = this.#applied.snapshot;
    const standing = current === undefined ? 'newer' : compareStored(snapshot, current);
    if (standing === 'same' || standing === 'older') {
      if (standing === 'same') this.#applied.takeSignature(snapshot);
      this.#dirty = false;
      this.#confirm(askedAt);
      return;
    }
    const isApplied = await this.#applied.apply(snapshot, 'source');
    // What was refused may have been cut on its way: it is read again at the next comparison, also when no position moves.
    this.#dirty = !isApplied && !this.#applied.mustWait(positionOf(snapshot));
    if (!isApplied) return;
    this.#confirm(askedAt);
    if (standing === 'fork')
      this.#options.log.warn('Two histories of a document exist, took the one of the source', {
        document: this.#options.documentId,
        position: formatPosition(positionOf(snapshot)),
      });
  }

  #confirm(askedAt: number): void {
    this.#confirmedAt = askedAt;
    this.#confirmations += 1;
    // Whatever it was, the source does not offer it any more.
    this.#applied.rejections.clear();
  }

  #makeContact(): void {
    this.#contact = 'made';
    this.#failures = 0;
  }

  #fail(error: unknown): void {
    this.#dirty = true;
    this.#failures = Math.min(this.#failures + 1, failuresCountedMax);
    this.#scheduleTick();
    // Logged at the edge of the outage only: a source that stays away would fill the log.
    if (this.#contact !== 'lost')
      this.#options.log.warn('Cannot read a document from its source, kept what is known', {
        document: this.#options.documentId,
        reason: reasonOf(error),
      });
    this.#contact = 'lost';
  }
}
