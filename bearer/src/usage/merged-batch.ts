import { type UsageBatch, usageLimits } from '@fauna-flags/protocol';

type Count = UsageBatch['counts'][number];

/** Of a merged batch as JSON, about as much as one batch that was sent may have. */
const bytesMax = 64 * 1024;
/** What a count takes besides its names. */
const countBytes = 64;

/** Who a batch comes from that several SDKs have sent. */
const several = { name: 'several', version: 'several' };

/** Batches as one: counts of the same variation are added up, and the window is the one around theirs. */
export class MergedBatch {
  readonly #counts = new Map<string, Count>();
  #sdk: UsageBatch['sdk'];
  #window: UsageBatch['window'];
  #bytes = 0;

  constructor({ sdk, window }: UsageBatch) {
    this.#sdk = sdk;
    this.#window = window;
  }

  /** About how long it is as JSON. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds what there is room for; answers the counts that there is none for. */
  add({ sdk, window, counts }: UsageBatch): readonly Count[] {
    if (sdk.name !== this.#sdk.name || sdk.version !== this.#sdk.version) this.#sdk = several;
    this.#window = {
      from: Math.min(window.from, this.#window.from),
      to: Math.max(window.to, this.#window.to),
    };
    return counts.filter((count) => !this.#addCount(count));
  }

  toBatch(): UsageBatch {
    return { sdk: this.#sdk, window: this.#window, counts: [...this.#counts.values()] };
  }

  #addCount(count: Count): boolean {
    const { flag, variation } = count;
    const place = JSON.stringify([flag, variation]);
    const before = this.#counts.get(place);
    if (before === undefined) {
      // No character of a name takes more.
      const bytes = countBytes + 3 * (flag.length + (variation?.length ?? 0));
      if (this.#counts.size >= usageLimits.countsPerBatch || this.#bytes + bytes > bytesMax) return false;
      this.#bytes += bytes;
    }
    const sum = Math.min(usageLimits.countMax, (before?.count ?? 0) + count.count);
    this.#counts.set(place, { ...count, count: sum });
    return true;
  }
}
