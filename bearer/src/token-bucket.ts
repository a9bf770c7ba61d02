import type { Clock } from './clock.ts';

/** Lets something happen so often and no oftener: `burst` at once, then one every `everyMs`. */
export class TokenBucket {
  readonly #clock: Pick<Clock, 'steady'>;
  readonly #burst: number;
  readonly #everyMs: number;
  #tokens: number;
  #at: number;

  constructor(
    clock: Pick<Clock, 'steady'>,
    { burst, everyMs }: { readonly burst: number; readonly everyMs: number },
  ) {
    this.#clock = clock;
    this.#burst = burst;
    this.#everyMs = everyMs;
    this.#tokens = burst;
    this.#at = clock.steady();
  }

  /** Takes a token; `false` when there is none. */
  take(): boolean {
    if (this.waitMs() > 0) return false;
    this.#tokens -= 1;
    return true;
  }

  /** How long until there is a token; 0 when there is one. */
  waitMs(): number {
    const now = this.#clock.steady();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) / this.#everyMs);
    this.#at = now;
    return this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) * this.#everyMs);
  }
}
