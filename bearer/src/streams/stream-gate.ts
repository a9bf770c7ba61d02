import type { Clock } from '../clock.ts';
import type { BearerLimits } from '../config.ts';

/**
 * Decides whether one more stream may open, before any work is done for it: streams of the process, streams of one key,
 * and how many begin within a second.
 */
export class StreamGate {
  readonly #clock: Clock;
  readonly #limits: BearerLimits;
  readonly #openByKey = new Map<string, number>();
  #open = 0;
  #tokens: number;
  #tokensAt: number;

  constructor(clock: Clock, limits: BearerLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#tokens = limits.acceptsPerSecondMax;
    this.#tokensAt = clock.now();
  }

  /** Streams that are open now. */
  get open(): number {
    return this.#open;
  }

  /** Takes a place; the answer gives it back, once. `undefined` when there is none. */
  admit(keyId: string): (() => void) | undefined {
    const ofKey = this.#openByKey.get(keyId) ?? 0;
    if (this.#open >= this.#limits.streamsMax || ofKey >= this.#limits.streamsPerKeyMax) return undefined;
    if (!this.#takeToken()) return undefined;
    this.#open += 1;
    this.#openByKey.set(keyId, ofKey + 1);
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      this.#leave(keyId);
    };
  }

  #leave(keyId: string): void {
    this.#open -= 1;
    const rest = (this.#openByKey.get(keyId) ?? 1) - 1;
    // Keys without streams are forgotten, so that the map is never larger than what is open.
    if (rest === 0) this.#openByKey.delete(keyId);
    else this.#openByKey.set(keyId, rest);
  }

  #takeToken(): boolean {
    const now = this.#clock.now();
    const { acceptsPerSecondMax } = this.#limits;
    const gained = (Math.max(0, now - this.#tokensAt) * acceptsPerSecondMax) / 1000;
    this.#tokens = Math.min(acceptsPerSecondMax, this.#tokens + gained);
    this.#tokensAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
