import type { Clock } from '../clock.ts';
import type { BearerLimits } from '../config.ts';
import { TokenBucket } from '../token-bucket.ts';

/** Who wants a stream. */
export interface StreamApplicant {
  readonly keyId: string;
  /** What streams are counted by besides the key; absent where nobody can tell whom it would count. */
  readonly address?: string | undefined;
}

/** Why there is no place: streams of the process, of the key, of the address, or too many that begin at once. */
export type StreamRefusal = 'streams' | 'key' | 'address' | 'rate';

/**
 * Decides whether one more stream may open, before any work is done for it: streams of the process, of one key and of one
 * address, and how many begin within a second.
 */
export class StreamGate {
  readonly #limits: BearerLimits;
  readonly #accepts: TokenBucket;
  readonly #openByKey = new Map<string, number>();
  readonly #openByAddress = new Map<string, number>();
  #open = 0;

  constructor(clock: Pick<Clock, 'steady'>, limits: BearerLimits) {
    this.#limits = limits;
    const { acceptsPerSecondMax: burst } = limits;
    this.#accepts = new TokenBucket(clock, { burst, everyMs: 1_000 / burst });
  }

  /** Streams that are open now. */
  get open(): number {
    return this.#open;
  }

  /** Takes a place; the answer gives it back, once. What is refused is told why, and has cost nothing but look-ups. */
  admit({ keyId, address }: StreamApplicant): (() => void) | StreamRefusal {
    const { streamsMax, streamsPerKeyMax, streamsPerAddressMax } = this.#limits;
    if (this.#open >= streamsMax) return 'streams';
    if ((this.#openByKey.get(keyId) ?? 0) >= streamsPerKeyMax) return 'key';
    if (address !== undefined && (this.#openByAddress.get(address) ?? 0) >= streamsPerAddressMax)
      return 'address';
    if (!this.#accepts.take()) return 'rate';
    this.#open += 1;
    add(this.#openByKey, keyId, 1);
    if (address !== undefined) add(this.#openByAddress, address, 1);
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      this.#open -= 1;
      add(this.#openByKey, keyId, -1);
      if (address !== undefined) add(this.#openByAddress, address, -1);
    };
  }
}

/** Counts; whoever is at nothing is forgotten, so that a map is never larger than what is open. */
function add(counts: Map<string, number>, name: string, difference: number): void {
  const count = (counts.get(name) ?? 0) + difference;
  if (count <= 0) counts.delete(name);
  else counts.set(name, count);
}
