import type { Clock } from '../clock.ts';
import { denoRuntime } from './deno-runtime.ts';

const deno = denoRuntime();

/** The clock port on Deno's timers, which never hold the process open. */
export const denoClock: Clock = {
  now: () => Date.now(),
  steady: () => Math.floor(performance.now()),
  after(delayMs, run) {
    const id = setTimeout(run, delayMs) as unknown;
    // What types for Node call an object is a number here.
    if (typeof id === 'number') deno.unrefTimer(id);
    else (id as NodeJS.Timeout).unref();
    return () => clearTimeout(id as NodeJS.Timeout);
  },
  soon(run) {
    setImmediate(run);
  },
};
