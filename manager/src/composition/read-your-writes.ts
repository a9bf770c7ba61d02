import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Fetch } from '../platform/fetch.ts';

/** Longer than a healthy publisher ever takes in one process, short enough that nobody notices a sick one. */
const patienceMs = 100;

/**
 * Holds the answer to a change back until the bearer in the same process serves it, so that a script which changes a flag
 * and asks for it in the next line sees what it has done. The change is committed and its locks are free by then; a
 * publisher that takes longer than the patience is not waited for.
 */
export function readYourWrites(fetch: Fetch, settled: () => Promise<void>): Fetch {
  return async (request, env) => {
    const response = await fetch(request, env);
    if (request.method === 'GET' || request.method === 'HEAD' || !response.ok) return response;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([settled(), patience]);
    clearTimeout(timer);
    // The bearer has been hinted; its read from memory ends within this turn of the loop.
    await nextTurn();
    return response;
  };
}
