import type { Clock } from '../clock.ts';

/** How many hubs one environment may have in one region: 2,000 streams each, so 128,000. */
const shardsMax = 64;

/** For how long a hub that was full is passed over; streams end all the time, so it is worth a new try. */
const fullMs = 30_000;

/** Remembers, for one isolate, which hubs were full a moment ago. */
export class StreamShards {
  readonly #clock: Pick<Clock, 'steady'>;
  /** Which environment and region → until when which shards are passed over. */
  readonly #fullUntil = new Map<string, Map<number, number>>();

  constructor(clock: Pick<Clock, 'steady'>) {
    this.#clock = clock;
  }

  /** The shards to try, the first that may have room in front. */
  *candidates(place: string): Iterable<number> {
    for (let shard = 0; shard < shardsMax; shard += 1) {
      const until = this.#fullUntil.get(place)?.get(shard);
      if (until === undefined || until <= this.#clock.steady()) yield shard;
    }
  }

  /** This one has no room. */
  isFull(place: string, shard: number): void {
    const known = this.#fullUntil.get(place) ?? new Map<number, number>();
    known.set(shard, this.#clock.steady() + fullMs);
    this.#fullUntil.set(place, known);
  }
}
