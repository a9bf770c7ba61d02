import type { Clock } from '../clock.ts';

/** The clock port on Node's timers, which never hold the process open. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  steady: () => Math.floor(performance.now()),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
  soon(run) {
    setImmediate(run);
  },
};
