import { createServer } from 'node:http';
import { createBearer, MemoryShelf, memorySources } from '@fauna-flags/bearer';
import { listen, nodeClock, nodeCrypto } from '@fauna-flags/bearer/node';
import { keyRegistryDocument, type Snapshot } from '@fauna-flags/protocol';
import { getRequestListener } from '@hono/node-server';
import { type BenchServer, portOf } from '../bench-server.ts';
import { benchEnvironment, registrySnapshot, rulesetsInTurn } from '../stream-documents.ts';

/** A bearer with the 100 reference flags; `frontDoor` as its own process runs it, else behind Node's server alone. */
export async function faunaServer({ frontDoor }: { readonly frontDoor: boolean }): Promise<BenchServer> {
  const shelf = new MemoryShelf();
  const limits = { streamsMax: 100_000, streamsPerKeyMax: 100_000, acceptsPerSecondMax: 100_000 };
  const silent = () => {};
  let onBroadcast = silent;
  const bearer = createBearer({
    ...memorySources(shelf),
    clock: nodeClock,
    random: Math.random,
    crypto: nodeCrypto,
    log: { info: silent, warn: console.error, error: console.error },
    limits,
    meter: {
      answered: silent,
      refused: silent,
      opened: silent,
      ended: silent,
      broadcast: () => onBroadcast(),
    },
  });
  shelf.put(keyRegistryDocument, registrySnapshot());
  const rulesets = rulesetsInTurn();
  shelf.put(benchEnvironment, rulesets('rollout-10'));
  let next: Snapshot | undefined;
  const { fetch } = bearer.app;
  const listener = getRequestListener(fetch, { overrideGlobalObjects: false });
  const port = frontDoor
    ? (await listen({ host: '127.0.0.1', port: 0, fetch })).port
    : await portOf(createServer((incoming, outgoing) => void listener(incoming, outgoing)));
  return {
    port,
    prepare(change) {
      next = rulesets(change);
    },
    publish() {
      if (next !== undefined) shelf.put(benchEnvironment, next);
      return new Promise((resolve) => {
        onBroadcast = resolve;
      });
    },
  };
}
