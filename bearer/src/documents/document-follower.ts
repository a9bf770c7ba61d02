import { comparePositions, formatPosition, type Position } from '@fauna-flags/core/link';
import { positionOf, type Snapshot } from '@fauna-flags/protocol';
import { type Clock, within } from '../clock.ts';
import type { BearerLimits } from '../config.ts';
import type { BearerCrypto } from '../crypto.ts';
import { type Log, reasonOf } from '../log.ts';

/*
 * Follows one document of the delivery protocol and keeps the last good state for ever.
 *
 * Watch first, then read: the other order loses a change that falls between the two. A hint leads to one read at a time;
 * a hint that comes while one runs asks for another one after it. Every ten seconds the positions are compared, which
 * finds what lost hints and failed reads have missed. A snapshot is applied when it is newer, or when it has our own
 * epoch and version but other content (a fork: two histories exist, and the source's is the one that survives). What is
 * missing, older, of another hash than it says, or cannot be parsed is never applied.
 */

/** Reads one document; see `RulesetSource` and `KeySource` for what it promises. */
export interface DocumentReader {
  read(): Promise<Snapshot | undefined>;
  position(): Promise<Position | undefined>;
  watch(onHint: () => void): () => void;
}

/** What a follower needs. */
export interface DocumentFollowerOptions<T> {
  readonly documentId: string;
  readonly reader: DocumentReader;
  /** Makes the document out of verified bytes. Whatever it throws rejects the snapshot as a whole. */
  readonly parse: (snapshot: Snapshot) => T;
  /** Called after each applied change, in order. Must not throw. */
  readonly onApplied: (document: T) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly crypto: BearerCrypto;
  readonly log: Log;
  readonly limits: BearerLimits;
}

/** How a document's source does: `waiting` for a first snapshot, `live`, or `stale` while the source cannot be asked. */
export type SourceState = 'waiting' | 'live' | 'stale';

/** What `/readyz` says about one document. */
export interface DocumentStatus {
  readonly position: string | null;
  readonly source: SourceState;
  /** Since the source last confirmed that there is nothing newer; null when it never has. */
  readonly staleSeconds: number | null;
  /** The position that could not be applied, if any. */
  readonly rejected: string | null;
}

/** Follows one document until it is stopped. */
export class DocumentFollower<T> {
  readonly #options: DocumentFollowerOptions<T>;
  #current: { readonly document: T; readonly position: Position } | undefined;
  #rejected: string | undefined;
  #confirmedAt: number | undefined;
  #answered = false;
  #contact: 'none' | 'made' | 'lost' = 'none';
  #dirty = true;
  #again = false;
  #flight: Promise<void> | undefined;
  #stopped = false;
  #cancelTick = () => {};
  #endWatch = () => {};

  constructor(options: DocumentFollowerOptions<T>) {
    this.#options = options;
  }

  /** The last good state. */
  get document(): T | undefined {
    return this.#current?.document;
  }

  /** Whether the source has answered at all, be it that it has nothing. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Watches, then reads. */
  start(): void {
    this.#endWatch = this.#options.reader.watch(() => void this.#fetch());
    void this.#fetch();
    this.#scheduleTick();
  }

  /** Keeps the state and asks no more. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTick();
    this.#endWatch();
  }

  /**
   * Compares with the source now, unless it was done a moment ago, and resolves to whether the source has confirmed that
   * we have what it has. Never rejects.
   */
  async confirm(): Promise<boolean> {
    if (!this.#isConfirmed()) await this.#compare();
    return this.#isConfirmed();
  }

  status(): DocumentStatus {
    const { clock } = this.#options;
    return {
      position: this.#current === undefined ? null : formatPosition(this.#current.position),
      source: this.#current === undefined ? 'waiting' : this.#contact === 'made' ? 'live' : 'stale',
      staleSeconds:
        this.#confirmedAt === undefined
          ? null
          : Math.max(0, Math.round((clock.now() - this.#confirmedAt) / 1000)),
      rejected: this.#rejected ?? null,
    };
  }

  #isConfirmed(): boolean {
    const { clock, limits } = this.#options;
    return this.#confirmedAt !== undefined && clock.now() - this.#confirmedAt <= limits.confirmedMsMax;
  }

  #scheduleTick(): void {
    if (this.#stopped) return;
    const { clock, random, limits } = this.#options;
    const period = this.#current === undefined ? limits.reconcileColdMs : limits.reconcileMs;
    this.#cancelTick = clock.after(period * (0.8 + 0.4 * random()), () => {
      void this.#compare().finally(() => this.#scheduleTick());
    });
  }

  async #compare(): Promise<void> {
    if (this.#dirty || this.#current === undefined) return this.#fetch();
    const { clock, reader, limits } = this.#options;
    const askedAt = clock.now();
    try {
      const theirs = await within(clock, limits.sourceTimeoutMs, reader.position());
      this.#contact = 'made';
      if (theirs === undefined) return;
      const standing = comparePositions(theirs, this.#current.position);
      if (standing === 'newer' || standing === 'fork') return this.#fetch();
      this.#confirmedAt = askedAt;
    } catch (error) {
      this.#fail(error);
    }
  }

  #fetch(): Promise<void> {
    if (this.#flight !== undefined) {
      this.#again = true;
      return this.#flight;
    }
    this.#flight = this.#fly().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #fly(): Promise<void> {
    const { clock, reader, limits } = this.#options;
    do {
      this.#again = false;
      if (this.#stopped) return;
      const askedAt = clock.now();
      try {
        const snapshot = await within(clock, limits.sourceTimeoutMs, reader.read());
        this.#contact = 'made';
        this.#answered = true;
        if (snapshot !== undefined && !this.#stopped) this.#consider(snapshot, askedAt);
      } catch (error) {
        this.#fail(error);
      }
    } while (this.#again);
  }

  #consider(snapshot: Snapshot, askedAt: number): void {
    const position = positionOf(snapshot);
    const standing =
      this.#current === undefined ? 'newer' : comparePositions(position, this.#current.position);
    if (standing === 'same' || standing === 'older') {
      this.#dirty = false;
      this.#confirmedAt = askedAt;
      return;
    }
    const document = this.#verify(snapshot, position);
    if (document === undefined) return;
    this.#current = { document: document.value, position };
    this.#rejected = undefined;
    this.#dirty = false;
    this.#confirmedAt = askedAt;
    if (standing === 'fork')
      this.#options.log.warn('Two histories of a document exist, took the one of the source', {
        document: this.#options.documentId,
        position: formatPosition(position),
      });
    this.#options.onApplied(document.value);
  }

  #verify(snapshot: Snapshot, position: Position): { readonly value: T } | undefined {
    try {
      if (this.#options.crypto.sha256Hex(snapshot.payload) !== snapshot.hash)
        throw new Error('the bytes do not have the hash that the snapshot names');
      return { value: this.#options.parse(snapshot) };
    } catch (error) {
      this.#rejected = formatPosition(position);
      // A transfer may have been cut: ask again at the next comparison, also when no position moves.
      this.#dirty = true;
      this.#options.log.error('Cannot apply a snapshot, kept the last good one', {
        document: this.#options.documentId,
        position: this.#rejected,
        reason: reasonOf(error),
      });
      return undefined;
    }
  }

  #fail(error: unknown): void {
    this.#dirty = true;
    // Logged at the edge of the outage only: a source that stays away would fill the log.
    if (this.#contact !== 'lost')
      this.#options.log.warn('Cannot read a document from its source, kept what is known', {
        document: this.#options.documentId,
        reason: reasonOf(error),
      });
    this.#contact = 'lost';
  }
}
