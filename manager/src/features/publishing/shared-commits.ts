/** What a line does with those who stand in it. */
export interface SharedCommitsOptions<Write> {
  /** Commits one by itself. */
  readonly alone: (write: Write) => Promise<unknown>;
  /** Commits several at once: their outcomes in their order. Rejects when nothing was committed. */
  readonly together: (writes: readonly Write[]) => Promise<readonly PromiseSettledResult<unknown>[]>;
  /** Nobody stands in line any more. */
  readonly onIdle: () => void;
}

/** More at once would keep others from the row, and a failure would have more to do again. */
const togetherMax = 32;

interface Waiting<Write> {
  readonly write: Write;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * A line of writes to the same place, of which the database lets in one at a time: whoever finds it empty goes in alone and
 * at once; those who come meanwhile go in together. The more there are, the more share what each commit costs, so that the
 * wait of the last one grows far slower than the line.
 *
 * Whatever keeps a shared commit from being made (the database, or one of those who share it) must not be the misfortune of
 * the others: then each goes in alone.
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
      this.#waiting.push({ write, resolve: resolve as (result: unknown) => void, reject });
      if (!this.#isBusy) void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, togetherMax);
      if (batch.length > 1) await this.#together(batch);
      else for (const one of batch) await this.#alone(one);
    }
    this.#isBusy = false;
    this.#options.onIdle();
  }

  async #together(batch: readonly Waiting<Write>[]): Promise<void> {
    let outcomes: readonly PromiseSettledResult<unknown>[];
    try {
      outcomes = await this.#options.together(batch.map(({ write }) => write));
    } catch {
      for (const one of batch) await this.#alone(one);
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
