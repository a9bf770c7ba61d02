/** What a line does with those who stand in it. */
export interface SharedCommitsOptions<Write> {
  /** Commits one by itself. */
  readonly alone: (write: Write) => Promise<unknown>;
  /** Commits several at once: their outcomes in their order. Rejects when that could not be done, or may not have been. */
  readonly together: (writes: readonly Write[]) => Promise<readonly PromiseSettledResult<unknown>[]>;
  /** Whether a failure is everybody's: the next one would meet it too, and may find done what was not answered. */
  readonly isEverybodys: (error: unknown) => boolean;
  /** What is said to whom the line has kept waiting for too long. */
  readonly tooLate: () => Error;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  /** Nobody stands in line any more. */
  readonly onIdle: () => void;
}

/** More at once would keep others from the row, and a failure would have more to do again. */
const togetherMax = 32;

/** Whoever has waited longer has been given up by its sender before long, and must not be done after that. */
export const lineMsMax = 5_000;

interface Waiting<Write> {
  readonly write: Write;
  readonly sinceMs: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * A line of writes to the same place, of which the database lets in one at a time: whoever finds it empty goes in alone and
 * at once; those who come meanwhile go in together. The more there are, the more share what each commit costs, so that the
 * wait of the last one grows far slower than the line.
 *
 * What keeps a shared commit from being made because of one of those who share it must not be the misfortune of the others:
 * then each goes in alone. A database that is away is everybody's misfortune, and nobody waits for it twice.
 */
export class SharedCommits<Write> {
  readonly #options: SharedCommitsOptions<Write>;
  #waiting: Waiting<Write>[] = [];
  #isBusy = false;

  constructor(options: SharedCommitsOptions<Write>) {
    this.#options = options;
  }

  /** Resolves, or rejects, with what became of this one. */
  join<Result>(write: Write & { readonly work: (...args: never[]) => Promise<Result> }): Promise<Result> {
    return new Promise((resolve, reject) => {
      // What comes out of a write is what its own work has given.
      const sinceMs = this.#options.now();
      this.#waiting.push({ write, sinceMs, resolve: resolve as (result: unknown) => void, reject });
      if (!this.#isBusy) void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      this.#sendAwayLate();
      const batch = this.#waiting.splice(0, togetherMax);
      if (batch.length > 1) await this.#together(batch);
      else for (const one of batch) await this.#alone(one);
    }
    this.#isBusy = false;
    this.#options.onIdle();
  }

  #sendAwayLate(): void {
    const { now, tooLate } = this.#options;
    const inTime = this.#waiting.findIndex(({ sinceMs }) => now() - sinceMs <= lineMsMax);
    const late = this.#waiting.splice(0, inTime < 0 ? this.#waiting.length : inTime);
    for (const { reject } of late) reject(tooLate());
  }

  async #together(batch: readonly Waiting<Write>[]): Promise<void> {
    let outcomes: readonly PromiseSettledResult<unknown>[];
    try {
      outcomes = await this.#options.together(batch.map(({ write }) => write));
    } catch (error) {
      if (this.#options.isEverybodys(error)) for (const { reject } of batch) reject(error);
      else for (const one of batch) await this.#alone(one);
      return;
    }
    for (const [place, { resolve, reject }] of batch.entries()) {
      const outcome = outcomes[place];
      if (outcome?.status === 'fulfilled') resolve(outcome.value);
      else reject(outcome?.reason);
    }
  }

  async #alone({ write, resolve, reject }: Waiting<Write>): Promise<void> {
    try {
      resolve(await this.#options.alone(write));
    } catch (error) {
      reject(error);
    }
  }
}
