import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../platform/reason-of.ts';

/**
 * How long whatever hangs on Postgres or Redis may take to end, as these may hang themselves. Together with the time that
 * open requests get before, it must stay below the ten seconds after which containers are killed.
 */
export const patienceMs = 700;

/** What has been started and must be ended again. */
export interface Endings {
  /** The last that was added ends first. With `patienceMs`, whatever takes longer is left behind. */
  add(ending: {
    /** What ends, as part of a sentence: `the publisher`. */
    readonly of: string;
    readonly end: () => Promise<unknown>;
    readonly patienceMs?: number;
  }): void;
  /**
   * Ends all of it, also when some of it fails, because what is left running has nobody who would end it later; rejects
   * then with what failed first. Calling it again ends only what was added since.
   */
  run(): Promise<void>;
}

/** Collects endings; `onLate` hears of those that took too long. */
export function createEndings({ onLate }: { readonly onLate: (message: string) => void }): Endings {
  const endings: Parameters<Endings['add']>[0][] = [];
  return {
    add: (ending) => void endings.push(ending),
    async run() {
      const failures: Error[] = [];
      for (const { of, end, patienceMs } of endings.splice(0).reverse()) {
        try {
          const inTime = await within(end(), patienceMs);
          if (!inTime) onLate(`Stopped waiting for the end of ${of} after ${patienceMs} ms`);
        } catch (cause) {
          failures.push(new Error(`Cannot end ${of}: ${reasonOf(cause)}`, { cause }));
        }
      }
      const [first] = failures;
      if (first !== undefined) throw first;
    },
  };
}

/** Whether it resolved in time. */
async function within(work: Promise<unknown>, patienceMs: number | undefined): Promise<boolean> {
  const done = work.then(() => true);
  if (patienceMs === undefined) return done;
  const timer = new AbortController();
  const late = sleep(patienceMs, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([done, late]);
  } finally {
    timer.abort();
    done.catch(() => {}); // What fails after it was given up on must not end the process.
  }
}
