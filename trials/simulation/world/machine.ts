import type { Scheduler } from './scheduler.ts';

/** How a machine does: `frozen` is SIGSTOP, its connections stay open and nobody answers; `down` is gone. */
export type MachineState = 'up' | 'frozen' | 'down';

/** The wall clock when a world begins. */
const beginning = 1_700_000_000_000;

/**
 * One process on a machine of its own. Whatever runs in it goes through `enter`, in the life that it belongs to: a crash
 * ends a life, and with it every timer and every answer that was on its way; a freeze holds them, and they are all due
 * at once when it thaws.
 */
export class Machine {
  readonly name: string;
  readonly #scheduler: Scheduler;
  #state: MachineState = 'up';
  #life = 0;
  #held: (() => void)[] = [];
  #skewMs = 0;
  /** Whether anything has run here since this was last cleared: who looks for changes looks only then. */
  touched = false;

  constructor(name: string, scheduler: Scheduler) {
    this.name = name;
    this.#scheduler = scheduler;
  }

  get state(): MachineState {
    return this.#state;
  }

  /** Counts the lives of this machine. */
  get life(): number {
    return this.#life;
  }

  /** Epoch milliseconds, as far as this machine knows. */
  wallClock(): number {
    return beginning + this.#scheduler.now + this.#skewMs;
  }

  /** Somebody sets the clock. */
  jumpClock(byMs: number): void {
    this.#skewMs += byMs;
  }

  /** Milliseconds of a clock that nobody sets. */
  steadyClock(): number {
    return this.#scheduler.now;
  }

  /** Runs something that belongs to a life: now, after the thaw, or never. */
  enter(life: number, run: () => void): void {
    if (life !== this.#life || this.#state === 'down') return;
    if (this.#state === 'frozen') {
      this.#held.push(() => this.enter(life, run));
      return;
    }
    this.touched = true;
    run();
  }

  /** A timer of the present life. */
  after(delayMs: number, run: () => void): () => void {
    const life = this.#life;
    let isCancelled = false;
    const cancel = this.#scheduler.after(delayMs, () =>
      this.enter(life, () => {
        if (!isCancelled) run();
      }),
    );
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  freeze(): void {
    if (this.#state === 'up') this.#state = 'frozen';
  }

  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'up';
    for (const run of this.#held.splice(0)) this.#scheduler.after(0, run);
  }

  /** Ends this life. */
  stop(): void {
    this.#state = 'down';
    this.#life += 1;
    this.#held = [];
  }

  /** Begins the next life. */
  start(): void {
    this.#state = 'up';
    this.touched = true;
  }
}
