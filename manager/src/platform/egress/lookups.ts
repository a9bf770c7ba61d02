import { lookup } from 'node:dns/promises';

/** Finds all addresses of a name; gives up its place in the queue, but not a lookup that has begun, when it is aborted. */
export type Resolve = (name: string, signal: AbortSignal) => Promise<readonly string[]>;

/*
 * The system looks names up in the few threads (4) that files, compression and much else wait for too, and takes many seconds
 * over a name whose servers are silent. So few names are looked up at the same time; others wait, and their deadline runs.
 */
const lookupsMax = 2;

/** Looks names up by `find`, the system unless a test says otherwise, at most two at the same time, in the order of asking. */
export function boundedLookups(find: (name: string) => Promise<readonly string[]> = everyAddress): Resolve {
  const waiting = new Set<() => void>();
  let underWay = 0;
  const begin = () => {
    for (const next of waiting) {
      if (underWay >= lookupsMax) return;
      waiting.delete(next);
      underWay += 1;
      next();
    }
  };
  return async (name, signal) => {
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        waiting.delete(go);
        reject(new Error('Aborted'));
      };
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.add(go);
      begin();
    });
    try {
      return await find(name);
    } finally {
      underWay -= 1;
      begin();
    }
  };
}

async function everyAddress(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}
