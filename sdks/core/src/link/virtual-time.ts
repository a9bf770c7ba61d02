import type { LinkPlatform } from './platform.ts';

/** A clock and timers that only move when told to; for tests and simulations of links. */
export interface VirtualTime extends Pick<LinkPlatform, 'now' | 'setTimer'> {
  /** Moves on, runs what is due in its order, and lets promises settle after each step. */
  advance(durationMs: number): Promise<void>;
  /** How many timers wait. */
  readonly waiting: number;
}

/** Makes a time that stands at zero. */
export function createVirtualTime(): VirtualTime {
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  let now = 0;
  // A task of the real loop: everything that promises and streams of this process still have to say comes before it.
  const settle = () => new Promise<void>((resolve) => void setTimeout(resolve, 0));

  return {
    now: () => now,
    setTimer(callback, delayMs) {
      const timer = { at: now + Math.max(0, delayMs), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(durationMs) {
      const until = now + durationMs;
      await settle();
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        now = due.at;
        timers.delete(due);
        due.callback();
        await settle();
      }
      now = until;
    },
    get waiting() {
      return timers.size;
    },
  };
}
