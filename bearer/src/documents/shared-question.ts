import type { Clock } from '../clock.ts';

/** What is asked again and again by many, of somebody who must not be asked by each of them. */
export class SharedQuestion {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #ask: () => Promise<void>;
  #askedAt = Number.NEGATIVE_INFINITY;
  #next: Promise<void> | undefined;

  constructor({
    clock,
    everyMs,
    ask,
  }: {
    readonly clock: Clock;
    /** Within which it is asked once at most. */
    readonly everyMs: number;
    /** Must not reject. */
    readonly ask: () => Promise<void>;
  }) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#ask = ask;
  }

  /** Resolves when a question that was asked after this call has been answered. */
  async answered(): Promise<void> {
    const waitMs = this.#askedAt + this.#everyMs - this.#clock.steady();
    if (waitMs <= 0) return this.#askNow();
    this.#next ??= new Promise<void>((resolve) => {
      this.#clock.after(waitMs, resolve);
    }).then(() => this.#askNow());
    return this.#next;
  }

  #askNow(): Promise<void> {
    this.#askedAt = this.#clock.steady();
    this.#next = undefined;
    return this.#ask();
  }
}
