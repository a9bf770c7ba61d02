import type { Clock } from '../clock.ts';
import type { BearerLimits } from '../config.ts';
import type { Meter } from '../metrics/meter.ts';
import type { LiveRuleset } from '../rulesets/live-ruleset.ts';
import type { OpenStream } from './open-stream.ts';

/** What a hub is made of. */
export interface StreamHubOptions {
  readonly clock: Clock;
  readonly limits: BearerLimits;
  readonly meter: Meter;
}

/** A broadcast that is under way. */
interface Progress {
  readonly begunAt: number;
  streams: number;
  writes: number;
}

/** The open streams of one environment. A change is written to them in slices, so that requests are answered between. */
export class StreamHub {
  readonly #clock: Clock;
  readonly #limits: BearerLimits;
  readonly #meter: Meter;
  readonly #streams = new Set<OpenStream>();
  #newest: LiveRuleset | undefined;
  #progress: Progress | undefined;

  constructor({ clock, limits, meter }: StreamHubOptions) {
    this.#clock = clock;
    this.#limits = limits;
    this.#meter = meter;
  }

  get size(): number {
    return this.#streams.size;
  }

  add(stream: OpenStream): void {
    this.#streams.add(stream);
  }

  delete(stream: OpenStream): void {
    this.#streams.delete(stream);
  }

  /** Every stream, safe to end while looping. */
  streams(): Iterable<OpenStream> {
    return this.#streams;
  }

  /** Brings every stream to this ruleset. Called again before it is done, it goes straight to the later one. */
  broadcast(live: LiveRuleset): void {
    this.#newest = live;
    if (this.#progress !== undefined) return;
    this.#progress = { begunAt: this.#clock.steady(), streams: 0, writes: 0 };
    this.#slice({ begunWith: live, streams: this.#streams.values(), progress: this.#progress });
  }

  /** Brings a stream to the newest ruleset: one that has drained, or whose turn has come. */
  catchUp(stream: OpenStream): void {
    if (this.#newest !== undefined) stream.advance(this.#newest);
  }

  /** Writes until the slice is over; a Set's iterator goes on where it stood, whatever opens and closes meanwhile. */
  #slice(pass: {
    readonly begunWith: LiveRuleset;
    readonly streams: Iterator<OpenStream>;
    readonly progress: Progress;
  }): void {
    const { begunWith, streams, progress } = pass;
    const endsAt = this.#clock.steady() + this.#limits.sliceMsMax;
    let left = this.#limits.sliceStreamsMax;
    for (let next = streams.next(); !next.done; next = streams.next()) {
      progress.streams += 1;
      if (this.#bring(next.value, this.#newest ?? begunWith)) progress.writes += 1;
      left -= 1;
      // Counted too: on Workers time stands still while a request computes.
      if (left <= 0 || this.#clock.steady() >= endsAt) {
        this.#clock.soon(() => this.#slice(pass));
        return;
      }
    }
    const newest = this.#newest ?? begunWith;
    if (newest !== begunWith) {
      const again = { begunWith: newest, streams: this.#streams.values(), progress };
      this.#clock.soon(() => this.#slice(again));
      return;
    }
    this.#progress = undefined;
    const { begunAt, ...counts } = progress;
    this.#meter.broadcast({ ...counts, durationMs: this.#clock.steady() - begunAt });
  }

  #bring(stream: OpenStream, newest: LiveRuleset): boolean {
    if (!stream.isPaced) return stream.advance(newest);
    stream.announce(() => this.catchUp(stream));
    return false;
  }
}
