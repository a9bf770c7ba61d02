/** Something that will happen. Cancelled by taking its `run` away, which leaves the heap alone. */
interface Due {
  readonly at: number;
  /** What was planned first happens first, at the same moment. */
  readonly order: number;
  run: (() => void) | undefined;
}

/**
 * Virtual time. It moves from one planned event to the next, and lets everything that an event has set off come to rest
 * in between: promises and streams of this process never leave the moment that they began in.
 */
export class Scheduler {
  readonly #heap: Due[] = [];
  #now = 0;
  #order = 0;
  #events = 0;
  #onSettled: () => void = () => undefined;

  /** Milliseconds since the world began. */
  get now(): number {
    return this.#now;
  }

  /** How many events have happened. */
  get events(): number {
    return this.#events;
  }

  /** Called after each event, once what it has set off has come to rest. */
  set onSettled(callback: () => void) {
    this.#onSettled = callback;
  }

  /** Plans an event; the answer calls it off. */
  after(delayMs: number, run: () => void): () => void {
    const due: Due = { at: this.#now + Math.max(0, delayMs), order: this.#order, run };
    this.#order += 1;
    this.#push(due);
    return () => {
      due.run = undefined;
    };
  }

  /** Lets this much time pass. */
  async pass(durationMs: number): Promise<void> {
    const until = this.#now + durationMs;
    await settled();
    for (let due = this.#heap[0]; due !== undefined && due.at <= until; due = this.#heap[0]) {
      this.#pop();
      const { run } = due;
      if (run === undefined) continue;
      this.#now = due.at;
      this.#events += 1;
      run();
      await settled();
      this.#onSettled();
    }
    this.#now = until;
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let place = heap.push(due) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!isBefore(due, heap[above] as Due)) break;
      heap[place] = heap[above] as Due;
      place = above;
    }
    heap[place] = due;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const below = right < heap.length && isBefore(heap[right] as Due, heap[left] as Due) ? right : left;
      if (!isBefore(heap[below] as Due, last)) break;
      heap[place] = heap[below] as Due;
      place = below;
    }
    heap[place] = last;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** A turn of the real event loop: every promise that can go on goes on before it. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
