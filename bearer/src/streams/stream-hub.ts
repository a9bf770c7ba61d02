import type { Clock } from '../clock.ts';
import type { BearerLimits } from '../config.ts';
import type { LiveRuleset } from '../rulesets/live-ruleset.ts';
import type { OpenStream } from './open-stream.ts';

/** The open streams of one environment. A change is written to them in slices, so that requests are answered between. */
export class StreamHub {
  readonly #clock: Clock;
  readonly #limits: BearerLimits;
  readonly #streams = new Set<OpenStream>();
  #newest: LiveRuleset | undefined;
  #broadcasting = false;

  constructor(clock: Clock, limits: BearerLimits) {
    this.#clock = clock;
    this.#limits = limits;
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
    if (this.#broadcasting) return;
    this.#broadcasting = true;
    this.#slice(live, this.#streams.values());
  }

  /** Brings a stream to the newest ruleset: one that has drained, or whose turn has come. */
  catchUp(stream: OpenStream): void {
    if (this.#newest !== undefined) stream.advance(this.#newest);
  }

  /** Writes until the slice is over; a Set's iterator goes on where it stood, whatever opens and closes meanwhile. */
  #slice(begunWith: LiveRuleset, streams: Iterator<OpenStream>): void {
    const endsAt = this.#clock.now() + this.#limits.sliceMsMax;
    for (let next = streams.next(); !next.done; next = streams.next()) {
      const stream = next.value;
      stream.announce(() => this.catchUp(stream));
      if (this.#clock.now() >= endsAt) {
        this.#clock.soon(() => this.#slice(begunWith, streams));
        return;
      }
    }
    const newest = this.#newest ?? begunWith;
    if (newest !== begunWith) {
      this.#clock.soon(() => this.#slice(newest, this.#streams.values()));
      return;
    }
    this.#broadcasting = false;
  }
}
