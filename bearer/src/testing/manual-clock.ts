import type { Clock } from '../clock.ts';

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  /** Milliseconds that have passed. */
  #now = 0;
  /** What the wall clock shows beside them. */
  #wallAt: number;
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  constructor(now = 1_700_000_000_000) {
    this.#wallAt = now;
  }

  /** Timers that have not run. */
  get pending(): number {
    return this.#timers.length;
  }

  now(): number {
    return this.#wallAt + this.#now;
  }

  steady(): number {
    return this.#now;
  }

  /** Somebody sets the wall clock; no time passes. */
  jump(byMs: number): void {
    this.#wallAt += byMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + delayMs, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  soon(run: () => void): void {
    setImmediate(run);
  }

  /** Moves time on, timer by timer, letting what each has started settle before the next. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
      await settled();
    }
    this.#now = until;
    await settled();
  }
}

/** Resolves once everything that could run has run: promises, stream pulls and `setImmediate` callbacks. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
