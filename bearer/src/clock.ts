/**
 * Time, as the bearer receives it. Nothing here ever throws, and a cancelled timer never runs. Timers do not keep a
 * process alive: a bearer that has been told to close must not be held open by its own watchdogs.
 */
export interface Clock {
  /** Epoch milliseconds, for what others have dated (when a key expires) or are to read. Somebody may set this clock. */
  now(): number;
  /** Whole milliseconds that only ever pass, from an arbitrary beginning: for how long something takes, lasts or is ago. */
  steady(): number;
  /** Runs once after the delay; the answer cancels. */
  after(delayMs: number, run: () => void): () => void;
  /** Runs once the process has had a chance to do other work (`setImmediate` where it exists). */
  soon(run: () => void): void;
}

/** Waits for a promise, but no longer than the delay: then rejects. A late outcome is ignored. */
export function within<T>(clock: Clock, delayMs: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(delayMs, () => reject(new Error(`No answer within ${delayMs} ms`)));
    promise.then(resolve, reject).finally(cancel);
  });
}
