import type { Clock } from '../clock.ts';

/**
 * The clock port inside a Durable Object, whose timers outlive requests. Time stands still there while code runs, and
 * moves on with whatever comes in: nothing can be measured with it within one step.
 */
export const workerdClock: Clock = {
  now: () => Date.now(),
  steady: () => Math.floor(performance.now()),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  soon(run) {
    setTimeout(run, 0);
  },
};
