import { comparePositions, formatPosition, type Position } from '@fauna-flags/core/link';
import {
  compareStored,
  formatStoredPosition,
  type HeartbeatDocument,
  positionOf,
  type Snapshot,
} from '@fauna-flags/protocol';
import { within } from '../clock.ts';
import { reasonOf } from '../log.ts';
import type { DocumentFollowerOptions, DocumentOrigin } from './document-follower-options.ts';
import type { DocumentStatus } from './document-status.ts';
import { judgeSnapshot } from './judge-snapshot.ts';
import type { KeptDocument } from './kept-document.ts';
import { Rejections } from './rejections.ts';

export type { DocumentReader } from './document-follower-options.ts';

/*
 * Follows one document of the delivery protocol and keeps the last good state for ever.
 *
 * First what the process before has kept is served, so that nothing upstream is needed to begin. Then: watch first, then
 * read; the other order loses a change that falls between the two. A hint leads to one read at a time; a hint that comes
 * while one runs asks for another one after it. Every ten seconds the positions are compared, which finds what lost hints
 * and failed reads have missed. A snapshot is applied when it is newer, or when it has our own epoch and version but other
 * content (a fork: two histories exist, and the source's is the one that survives). What is missing, older, of another hash
 * than it says, not signed where it must be, or cannot be parsed is never applied.
 *
 * The order of one application: size and depth, hash, signature, a note on disk that it begins, parse and try, the swap,
 * the word to all streams, then the copy on disk, and the note is crossed out. Nobody waits for the copy.
 */

/** Follows one document until it is stopped. */
export class DocumentFollower<T> {
  readonly #options: DocumentFollowerOptions<T>;
  #current: { readonly document: T; readonly snapshot: Snapshot } | undefined;
  readonly #rejections: Rejections;
  #confirmedAt: number | undefined;
  readonly #bornAt: number;
  #answered = false;
  #contact: 'none' | 'made' | 'lost' = 'none';
  #dirty = true;
  #again = false;
  #flight: Promise<void> | undefined;
  #stopped = false;
  #cancelTick = () => {};
  #endWatch = () => {};
  #kept: KeptDocument | undefined;
  #serving: Promise<void> | undefined;

  constructor(options: DocumentFollowerOptions<T>) {
    this.#options = options;
    this.#bornAt = options.clock.now();
    this.#rejections = new Rejections(options.documentId, options.log);
  }

  /** The last good state. */
  get document(): T | undefined {
    return this.#current?.document;
  }

  /** What the last good state was made of, for whoever reads from this bearer. */
  get snapshot(): Snapshot | undefined {
    return this.#current?.snapshot;
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
    this.#kept = this.#options.kept?.of(this.#options.documentId);
    const served = this.#serveCopy();
    // Without copies the source is asked in this very step.
    if (this.#kept !== undefined) this.#serving = served;
    this.#endWatch = this.#options.reader.watch(() => void this.#fetch());
    void this.#fetch();
    this.#scheduleTick();
    return served;
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
    const staleMs = this.#staleMs();
    const rejected = this.#rejections.latest;
    return {
      position: this.#current === undefined ? null : formatPosition(positionOf(this.#current.snapshot)),
      source: this.#current === undefined ? 'waiting' : this.#contact === 'made' ? 'live' : 'stale',
      staleSeconds: staleMs === null ? null : Math.round(staleMs / 1000),
      rejected: rejected === undefined ? null : formatPosition(positionOf(rejected)),
      rejections: this.#rejections.count,
    };
  }

  /** The same for a heartbeat, whose readers need whole positions. */
  heartbeat(): HeartbeatDocument {
    const rejected = this.#rejections.latest;
    return {
      position: this.#current === undefined ? null : formatStoredPosition(this.#current.snapshot),
      ...(rejected === undefined ? {} : { rejected: formatStoredPosition(rejected) }),
      staleMs: this.#staleMs(),
    };
  }

  /**
   * For how many seconds, at least, nobody has confirmed what is served, because its source cannot be asked; `undefined`
   * while it can.
   */
  get unconfirmedSeconds(): number | undefined {
    if (this.#contact === 'made' || this.#current === undefined) return undefined;
    return Math.max(0, Math.round((this.#options.clock.now() - (this.#confirmedAt ?? this.#bornAt)) / 1_000));
  }

  #staleMs(): number | null {
    if (this.#confirmedAt === undefined) return null;
    return Math.max(0, this.#options.clock.now() - this.#confirmedAt);
  }

  #isConfirmed(): boolean {
    const staleMs = this.#staleMs();
    return staleMs !== null && staleMs <= this.#options.limits.confirmedMsMax;
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
      if (theirs === undefined || this.#mustWait(theirs)) return;
      const standing = comparePositions(theirs, positionOf(this.#current.snapshot));
      if (standing === 'newer' || standing === 'fork') return this.#fetch();
      this.#confirm(askedAt);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** There is no use in reading all of what must not be applied yet. */
  #mustWait(theirs: Position): boolean {
    const rejected = this.#rejections.latest;
    if (rejected === undefined || this.#kept?.isQuarantined(rejected) !== true) return false;
    return comparePositions(theirs, positionOf(rejected)) === 'same';
  }

  #fetch(): Promise<void> {
    if (this.#flight !== undefined) {
      this.#again = true;
      return this.#flight;
    }
    this.#flight = this.#fly();
    return this.#flight;
  }

  /** The newest that can be applied; the one before it where that one is what the process before died of. */
  async #serveCopy(): Promise<void> {
    for (const copy of this.#kept?.takeCopies() ?? []) if (await this.#apply(copy, 'copy')) return;
  }

  async #fly(): Promise<void> {
    const { clock, reader, limits } = this.#options;
    if (this.#serving !== undefined) await this.#serving;
    do {
      this.#again = false;
      if (this.#stopped) return;
      const askedAt = clock.now();
      try {
        const snapshot = await within(clock, limits.sourceTimeoutMs, reader.read());
        this.#contact = 'made';
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
    const current = this.#current?.snapshot;
    const standing = current === undefined ? 'newer' : compareStored(snapshot, current);
    if (standing === 'same' || standing === 'older') {
      if (standing === 'same') this.#takeSignature(snapshot);
      this.#dirty = false;
      this.#confirm(askedAt);
      return;
    }
    if (!(await this.#apply(snapshot, 'source'))) return;
    this.#dirty = false;
    this.#confirm(askedAt);
    if (standing === 'fork')
      this.#options.log.warn('Two histories of a document exist, took the one of the source', {
        document: this.#options.documentId,
        position: formatPosition(positionOf(snapshot)),
      });
  }

  /** Applies a snapshot in full, or rejects it and changes nothing; resolves to which. */
  async #apply(snapshot: Snapshot, origin: DocumentOrigin): Promise<boolean> {
    const { documentId, bytesMax, crypto, isSigned, parse } = this.#options;
    if (this.#kept?.isQuarantined(snapshot) === true)
      return this.#reject(snapshot, 'a process died while it was applied');
    try {
      judgeSnapshot(snapshot, {
        bytesMax,
        crypto,
        isSigned: isSigned && ((signed) => isSigned(documentId, signed)),
      });
      await this.#kept?.begin(snapshot);
      // Whoever has stopped us may have taken the copies away since.
      if (this.#stopped) throw new Error('the document is not followed any more');
      this.#current = { document: parse(snapshot), snapshot };
    } catch (error) {
      void this.#kept?.end(snapshot);
      return this.#reject(snapshot, reasonOf(error));
    }
    this.#rejections.settle(snapshot);
    this.#tell(this.#current.document, origin);
    if (origin === 'source') this.#kept?.keep(snapshot);
    else void this.#kept?.end(snapshot);
    return true;
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

  #reject(snapshot: Snapshot, reason: string): false {
    this.#rejections.add(snapshot, reason);
    // A transfer may have been cut: ask again at the next comparison, also when no position moves.
    this.#dirty = this.#kept?.isQuarantined(snapshot) !== true;
    return false;
  }

  /** Managers that begin to sign, or change their key, sign what they have published before. */
  #takeSignature(snapshot: Snapshot): void {
    const { documentId, isSigned } = this.#options;
    const current = this.#current;
    if (current === undefined || snapshot.signature === undefined) return;
    if (snapshot.signature === current.snapshot.signature) return;
    const resigned = { ...current.snapshot, signature: snapshot.signature };
    if (isSigned?.(documentId, resigned) === false) return;
    this.#current = { ...current, snapshot: resigned };
    this.#kept?.keep(resigned);
  }

  #confirm(askedAt: number): void {
    this.#confirmedAt = askedAt;
    // Whatever it was, the source does not offer it any more.
    this.#rejections.clear();
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
