import { re2Regex } from '@fauna-flags/core/re2';
import { createBearer } from '../../src/bearer.ts';
import { MemoryShelf, memorySources } from '../../src/documents/memory-shelf.ts';
import { nodeClock } from '../../src/entry/node-clock.ts';
import { nodeCrypto } from '../../src/entry/node-crypto.ts';
import { MemoryLog } from '../../src/testing/memory-log.ts';
import { bearerContract } from './bearer.contract.ts';

bearerContract('app.fetch over memory', async () => {
  const shelf = new MemoryShelf();
  const log = new MemoryLog();
  const bearer = createBearer({
    ...memorySources(shelf),
    clock: nodeClock,
    random: Math.random,
    crypto: nodeCrypto,
    regex: re2Regex(),
    log,
  });
  return {
    fetch: async (path, init) => bearer.app.request(path, init),
    publish: async (documentId, snapshot) => shelf.put(documentId, snapshot),
    log: () => JSON.stringify(log.lines),
    drain: () => bearer.close(),
    end: () => bearer.close(),
  };
});
