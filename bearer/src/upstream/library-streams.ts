import type { Position } from '@fauna-flags/core/link';
import { compareStored, Problem, type StoredPosition } from '@fauna-flags/protocol';
import { type Clock, within } from '../clock.ts';
import { type Log, reasonOf } from '../log.ts';
import { type HangUp, readableSink } from '../streams/readable-sink.ts';
import { TokenBucket } from '../token-bucket.ts';
import { positionsFrame, retryFrame } from './bearer-api-frames.ts';
import type { DocumentLibrary } from './document-library.ts';
import { LibraryStream, type Overview } from './library-stream.ts';
import { SnapshotFrames } from './snapshot-frames.ts';

/** A sign of life comes this often, so that readers may take 15 s of silence for an end. */
const signMs = 5_000;
/** A library that takes longer to say where its documents stand counts as away. */
const lookMsMax = 3_000;
/** Readers are bearers, not browsers: more of them than any manager has. */
const streamsMax = 200;
/** When a store goes away, the whole fleet comes within seconds: each costs a reading of all that it does not hold. */
const accepts = { burst: 50, everyMs: 50 } as const;
/** Over how long readers are spread when this process ends. */
const drainMs = 2_000;
const retryMs = 1_000;

/** What the streams of a library live on. */
export interface LibraryStreamsOptions {
  readonly library: DocumentLibrary;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/**
 * All readers of a library. The library is watched only while there are any, each change is looked up once for all of
 * them, and no sign of life is given while the library cannot look: its readers must go to one that can.
 */
export class LibraryStreams {
  readonly #options: LibraryStreamsOptions;
  readonly #frames: SnapshotFrames;
  readonly #streams = new Set<LibraryStream>();
  readonly #accepts: TokenBucket;
  #overview: Overview | undefined;
  #flight: Promise<void> | undefined;
  #again = false;
  #isAway = false;
  #isClosed = false;
  #endWatch = () => {};
  #cancelSign = () => {};

  constructor(options: LibraryStreamsOptions) {
    this.#options = options;
    this.#frames = new SnapshotFrames(options.library);
    this.#accepts = new TokenBucket(options.clock, accepts);
  }

  /** Open streams. */
  get size(): number {
    return this.#streams.size;
  }

  /** Opens a stream for a reader that holds these documents. Throws a Problem when there is no place or no library. */
  async open(
    held: ReadonlyMap<string, Position>,
    hangUp: HangUp | undefined,
  ): Promise<ReadableStream<Uint8Array>> {
    if (this.#isClosed || this.#streams.size >= streamsMax || !this.#accepts.take()) throw this.#busy();
    const { clock } = this.#options;
    const { sink, body } = readableSink(
      { onDrain: () => stream.pump(), onGone: () => this.#gone(stream) },
      hangUp,
    );
    const stream = new LibraryStream({
      sink,
      frames: this.#frames,
      held,
      now: clock.steady(),
      onTrouble: (error) => this.#tellAway(error),
    });
    // Watched first, then looked: the other order would lose what changes between the two.
    this.#streams.add(stream);
    if (this.#streams.size === 1) this.#begin();
    sink.send(retryFrame(retryMs));
    await this.#look();
    if (this.#overview === undefined || this.#isAway) {
      // Closed and not cut: the connection is still needed, to say so.
      sink.close();
      throw this.#busy();
    }
    this.#overview = this.#overviewOf(this.#overview.positions);
    stream.advance(this.#overview, { isSign: true });
    return body;
  }

  /** Sends every reader away, and takes no more. */
  close(): void {
    this.#isClosed = true;
    for (const stream of [...this.#streams]) stream.end(Math.floor(this.#options.random() * drainMs));
  }

  #busy(): Problem {
    const retryAfterSeconds = 1 + Math.floor(this.#options.random() * 3);
    return new Problem('not_ready', 'Cannot open one more stream of documents now', { retryAfterSeconds });
  }

  #begin(): void {
    this.#endWatch = this.#options.library.watch(() => void this.#look());
    this.#scheduleSign();
  }

  #gone(stream: LibraryStream): void {
    stream.forget();
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    this.#endWatch();
    this.#cancelSign();
    this.#frames.clear();
    this.#overview = undefined;
  }

  #scheduleSign(): void {
    this.#cancelSign = this.#options.clock.after(signMs, () => {
      const now = this.#options.clock.steady();
      for (const stream of [...this.#streams]) stream.sweep(now);
      if (this.#streams.size === 0) return;
      this.#scheduleSign();
      void this.#look().then(() => {
        if (this.#overview !== undefined) this.#overview = this.#overviewOf(this.#overview.positions);
        this.#advance({ isSign: true });
      });
    });
  }

  /** Where all stand now; one question at a time, and one more for whoever asked meanwhile. Never rejects. */
  #look(): Promise<void> {
    this.#again = true;
    this.#flight ??= this.#fly().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #fly(): Promise<void> {
    const { clock, library } = this.#options;
    while (this.#again) {
      this.#again = false;
      try {
        const positions = await within(clock, lookMsMax, library.positions());
        this.#isAway = false;
        if (isSame(positions, this.#overview?.positions)) continue;
        this.#overview = this.#overviewOf(positions);
        this.#advance({ isSign: false });
      } catch (error) {
        this.#tellAway(error);
      }
    }
  }

  /** How old it is changes also while nothing else does. */
  #overviewOf(positions: Overview['positions']): Overview {
    return { positions, frame: positionsFrame(positions, this.#options.library.staleMs?.()) };
  }

  #advance(how: { readonly isSign: boolean }): void {
    if (this.#overview === undefined || this.#isAway) return;
    for (const stream of [...this.#streams]) stream.advance(this.#overview, how);
  }

  /** Told at the edge of an outage only: it may be a long one. */
  #tellAway(error: unknown): void {
    if (!this.#isAway)
      this.#options.log.warn('Cannot tell other bearers where documents stand, trying again', {
        reason: reasonOf(error),
      });
    this.#isAway = true;
  }
}

function isSame(
  positions: ReadonlyMap<string, StoredPosition>,
  known: ReadonlyMap<string, StoredPosition> | undefined,
): boolean {
  if (known === undefined || positions.size !== known.size) return false;
  return [...positions].every(([documentId, position]) => {
    const before = known.get(documentId);
    return before !== undefined && compareStored(position, before) === 'same';
  });
}
