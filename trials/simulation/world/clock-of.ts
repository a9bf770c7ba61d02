import type { Clock } from '../../../bearer/src/clock.ts';
import type { Log } from '../../../bearer/src/log.ts';
import type { Machine } from './machine.ts';

/** The clock port, as a process on this machine has it. */
export function clockOf(machine: Machine): Clock {
  return {
    now: () => machine.wallClock(),
    steady: () => Math.floor(machine.steadyClock()),
    after: (delayMs, run) => machine.after(delayMs, run),
    soon: (run) => void machine.after(0, run),
  };
}

/** Nobody reads the logs of a simulated world: its trace says more. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
