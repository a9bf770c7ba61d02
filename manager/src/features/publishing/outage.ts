import { reasonOf } from '../../platform/reason-of.ts';
import { StoreFailure } from './store-failure.ts';

const backoffMsMin = 100;
const backoffMsMax = 5_000;
/** More of them change nothing any more. */
const failuresCountedMax = 16;
/** One outage tells of at most so many reasons: some have a number in them that is never the same. */
const reasonsToldMax = 8;

/** Keeps account of rounds that fail in a row: how long to wait before the next, and what was said of it in the log. */
export class Outage {
  readonly #log: OutageOptions['log'];
  readonly #random: () => number;
  readonly #told = new Set<string>();
  #failures = 0;

  constructor({ log, random }: OutageOptions) {
    this.#log = log;
    this.#random = random;
  }

  /** Whether the last round failed. */
  get isOn(): boolean {
    return this.#failures > 0;
  }

  /**
   * A round has failed; answers after how many milliseconds to try again. An outage, which may be a long one, is told of once
   * for each reason that it has had, and of every document that comes to be held back.
   */
  fail(error: unknown): number {
    const ceilingMs = Math.min(backoffMsMax, backoffMsMin * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, failuresCountedMax);
    const documentIds = error instanceof StoreFailure ? error.documentIds : [];
    const reason = reasonOf(error);
    if (documentIds.length > 0 || (!this.#told.has(reason) && this.#told.size < reasonsToldMax)) {
      this.#told.add(reason);
      const fields = { reason, ...(documentIds.length > 0 && { documentIds }) };
      this.#log.warn(fields, 'Cannot publish: trying again until it works');
    }
    return ceilingMs * (0.5 + this.#random() / 2);
  }

  /** A round has gone well. */
  end(): void {
    if (this.isOn) this.#log.info({}, 'Publishing works again');
    this.#failures = 0;
    this.#told.clear();
  }
}

interface OutageOptions {
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
  /** Uniform in [0, 1). */
  readonly random: () => number;
}
