import { request } from 'node:http';
import { Readable } from 'node:stream';
import { flag, ruleset } from '@fauna-flags/core/testing';
import { keyRegistryDocument } from '@fauna-flags/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBearer } from '../src/bearer.ts';
import { MemoryShelf, memorySources } from '../src/documents/memory-shelf.ts';
import { nodeClock } from '../src/entry/node-clock.ts';
import { nodeCrypto } from '../src/entry/node-crypto.ts';
import { listen, type RunningServer } from '../src/entry/node-server.ts';
import { memberOf } from '../src/member-of.ts';
import { MemoryReports } from '../src/reports/memory-reports.ts';
import {
  clientKey,
  environmentId,
  registered,
  registryOf,
  rulesetSnapshot,
  snapshotOf,
} from '../src/testing/documents.ts';
import { FrameReader } from '../src/testing/frame-reader.ts';
import { MemoryLog } from '../src/testing/memory-log.ts';
import { Worker } from './support/worker.ts';
import { bundleWorker } from './support/worker-bundle.ts';

const bearerToken = 'a-token-of-bearers-that-tests-have-chosen';
const otherEnvironment = '1f0e0d0c-0b0a-4908-8706-050403020100';
const otherKey = 'another-client-key-that-tests-have-chosen';
const eventually = { timeout: 10_000, interval: 50 };

/** A Worker without a store, behind another bearer, which stands for a manager: both answer bearers in the same way. */
describe('the hubs of a Worker behind a manager', () => {
  const shelf = new MemoryShelf();
  const reports = new MemoryReports(nodeClock);
  const upstream = createBearer({
    ...memorySources(shelf),
    clock: nodeClock,
    random: Math.random,
    crypto: nodeCrypto,
    log: new MemoryLog(),
    bearerToken,
    reports: { id: 'upstream', runtime: 'node', sink: reports },
  });
  let server: RunningServer;
  let worker: Worker;
  beforeAll(async () => {
    shelf.put(
      keyRegistryDocument,
      snapshotOf(registryOf(registered(clientKey), registered(otherKey, { environment: otherEnvironment }))),
    );
    for (const id of [environmentId, otherEnvironment])
      shelf.put(id, rulesetSnapshot(ruleset(flag('pay').on())));
    server = await listen({ host: '127.0.0.1', port: 0, fetch: upstream.app.fetch });
    const { source } = await bundleWorker();
    worker = new Worker(source, {
      MANAGER_URL: `http://127.0.0.1:${server.port}`,
      FAUNA_BEARER_TOKEN: bearerToken,
    });
    await worker.start();
  }, 60_000);
  afterAll(async () => {
    await worker?.dispose();
    await upstream.close();
    await server?.close(0);
  });

  const hubOf = (id: string) => `${id}:enam:0`;
  const streamsOf = async (ask: Promise<Response>) => memberOf(await (await ask).json(), 'streams');
  /** Opens a stream on a connection of its own, which ends when it is left. */
  const open = (key: string) =>
    new Promise<{ readonly reader: FrameReader; readonly leave: () => void }>((resolve, reject) => {
      const asking = request(
        `${worker.url}/stream/client`,
        { method: 'POST', agent: false, headers: { authorization: key } },
        (response) => {
          const body = Readable.toWeb(response) as ReadableStream<Uint8Array>;
          resolve({ reader: new FrameReader(body), leave: () => asking.destroy() });
        },
      );
      asking.on('error', reject);
      asking.end('{}');
    });

  it('hold each stream in the object of its environment, and isolates hold none', async () => {
    const mine = [await open(clientKey), await open(clientKey)];
    const others = await open(otherKey);
    for (const { reader } of [...mine, others]) expect((await reader.next())?.event).toBe('put');
    expect(await streamsOf(worker.askHub(hubOf(environmentId), '/readyz'))).toBe(2);
    expect(await streamsOf(worker.askHub(hubOf(otherEnvironment), '/readyz'))).toBe(1);
    expect(await streamsOf(fetch(`${worker.url}/readyz`))).toBe(0);

    // Written from the hub's own subscription: no request of a client is under way but those of the streams.
    shelf.put(environmentId, rulesetSnapshot(ruleset(flag('pay'), { version: 2 })));
    for (const { reader } of mine)
      expect(await reader.next()).toMatchObject({
        event: 'patch',
        data: { flags: { pay: { value: false } } },
      });
    expect(others.reader.waiting).toEqual([]);

    // Nobody hears that a reader has gone before there is something to write to it; heartbeats are, every 20 s.
    for (const { leave } of mine) leave();
    shelf.put(environmentId, rulesetSnapshot(ruleset(flag('pay').on(), { version: 3 })));
    await expect.poll(() => streamsOf(worker.askHub(hubOf(environmentId), '/readyz')), eventually).toBe(0);
    expect(await streamsOf(worker.askHub(hubOf(otherEnvironment), '/readyz'))).toBe(1);
    others.leave();
  });

  it('follow their own environment and the keys, and report by their names', async () => {
    const { reader, leave } = await open(clientKey);
    await reader.next();
    const reported = () =>
      reports.heartbeats().find(({ heartbeat }) => heartbeat.id === hubOf(environmentId))?.heartbeat;
    await expect.poll(() => reported()?.streams, eventually).toBe(1);
    expect(reported()).toMatchObject({ runtime: 'workerd', source: 'fallback' });
    expect(Object.keys(reported()?.documents ?? {}).sort()).toEqual([environmentId, keyRegistryDocument]);
    leave();
  });

  it('judge whoever asks them, also past the Worker', async () => {
    expect((await worker.askHub(hubOf(environmentId), '/stream/server')).status).toBe(401);
    expect((await worker.askHub(hubOf(environmentId), '/connect/server')).status).toBe(401);
  });
});
