import { Problem } from '@fauna-flags/protocol';

interface Waiting {
  readonly weight: number;
  readonly go: () => void;
  readonly refuse: () => void;
}

/**
 * Lets one through at a time under each key, so far apart, and the others wait for their turn. Where too many wait, the
 * one that has most against it is refused, and not whoever comes last: who has done nothing wrong is not crowded out by
 * who has.
 */
export class SlowLane {
  readonly #spacingMs: number;
  readonly #waitingMax: number;
  readonly #random: () => number;
  readonly #lanes = new Map<string, Waiting[]>();

  constructor({
    spacingMs,
    waitingMax,
    random = Math.random,
  }: {
    readonly spacingMs: number;
    readonly waitingMax: number;
    readonly random?: () => number;
  }) {
    this.#spacingMs = spacingMs;
    this.#waitingMax = waitingMax;
    this.#random = random;
  }

  /** Resolves when it is this one's turn. `weight` is what it has against it. Rejects with `rate_limited` when crowded out. */
  async turn(key: string, weight: number): Promise<void> {
    const waiting = this.#lanes.get(key);
    if (waiting === undefined) {
      this.#open(key);
      return;
    }
    const passed = new Promise<void>((resolve, reject) => {
      waiting.push({
        weight,
        go: resolve,
        refuse: () => reject(crowdedOut(this.#waitingMax * this.#spacingMs)),
      });
    });
    if (waiting.length > this.#waitingMax) this.#refuseHeaviest(waiting);
    await passed;
  }

  /** A lane is there while somebody waits in it, and until the next one could go. */
  #open(key: string): void {
    const waiting: Waiting[] = [];
    this.#lanes.set(key, waiting);
    const timer = setInterval(() => {
      const next = waiting.shift();
      if (next !== undefined) return next.go();
      clearInterval(timer);
      this.#lanes.delete(key);
    }, this.#spacingMs);
    // Whoever waits holds a connection; an empty lane must hold no process.
    timer.unref();
  }

  #refuseHeaviest(waiting: Waiting[]): void {
    const heaviest = Math.max(...waiting.map(({ weight }) => weight));
    const among = waiting.filter(({ weight }) => weight === heaviest);
    // Among equals chance decides: whoever must lose to a crowd loses to it every time otherwise.
    const refused = among[Math.floor(this.#random() * among.length)];
    if (refused === undefined) return;
    waiting.splice(waiting.indexOf(refused), 1);
    refused.refuse();
  }
}

function crowdedOut(waitMs: number): Problem {
  return new Problem('rate_limited', 'Cannot sign in yet: too many try to sign in to this account', {
    retryAfterSeconds: Math.ceil(waitMs / 1000),
  });
}
