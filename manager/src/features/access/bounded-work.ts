import { Problem } from '@fauna-flags/protocol';

/** Runs costly work, so much of it at once, so much of it waiting, and no more. */
export class BoundedWork {
  readonly #atOnceMax: number;
  readonly #waitingMax: number;
  readonly #what: string;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** `what` says what could not be done when there is no room: `check one more password now`. */
  constructor({
    atOnceMax,
    waitingMax,
    what,
  }: {
    readonly atOnceMax: number;
    readonly waitingMax: number;
    readonly what: string;
  }) {
    this.#atOnceMax = atOnceMax;
    this.#waitingMax = waitingMax;
    this.#what = what;
  }

  /** Rejects with `rate_limited` when there is no room even to wait. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#enter();
    try {
      return await work();
    } finally {
      // Whoever waits takes the place over, so that nobody who comes now gets in before them.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  #enter(): Promise<void> | undefined {
    if (this.#running < this.#atOnceMax) {
      this.#running += 1;
      return undefined;
    }
    if (this.#waiting.length >= this.#waitingMax) {
      throw new Problem('rate_limited', `Cannot ${this.#what}: too many are being checked`, {
        retryAfterSeconds: 1,
      });
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
