/** One thing that was looked at. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'fail';
  /** What was found, and, where it is not well, what to do. */
  readonly text: string;
}

/** Nothing to do. */
export const ok = (check: string, text: string): Finding => ({ check, state: 'ok', text });
/** It works, and somebody should look at it. */
export const warn = (check: string, text: string): Finding => ({ check, state: 'warn', text });
/** It does not work. */
export const fail = (check: string, text: string): Finding => ({ check, state: 'fail', text });

/** Clocks may be this far apart before anything depends on it, and before something breaks. */
const skewMs = { warn: 2_000, fail: 60_000 };

/** Judges another clock by what it said, between two moments of ours. */
export function judgeClock(check: string, theirsMs: number, fromMs: number, untilMs: number): Finding {
  const offMs = Math.max(0, fromMs - theirsMs, theirsMs - untilMs);
  const text = `${Math.round(offMs)} ms from the one of this machine`;
  if (offMs < skewMs.warn) return ok(check, text);
  return (offMs < skewMs.fail ? warn : fail)(check, `${text}: let NTP set both`);
}
