import { nodeClock, RedisLink, redisSources } from '@fauna-flags/bearer/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { snapshotOf } from '../../../../bearer/src/testing/documents.ts';
import { RedisCluster } from '../../../../bearer/test/support/redis-cluster.ts';
import { RedisSentinel } from '../../../../bearer/test/support/redis-sentinel.ts';
import { publishStoreContract } from './publish-store.contract.ts';
import { redisCommands } from './redis-commands.ts';
import { redisStore } from './redis-store.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };
const options = { clock: nodeClock, random: Math.random, log };
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const opened of open.splice(0)) await opened.close();
});

const layouts = [
  { name: 'with sentinels', start: () => RedisSentinel.start() },
  { name: 'in a cluster', start: () => RedisCluster.start() },
];

describe.each(layouts)('redisStore() $name', ({ name, start }) => {
  let redis: RedisSentinel | RedisCluster;
  beforeAll(async () => {
    redis = await start();
  }, 60_000);
  afterAll(() => redis.dispose());

  const openStore = () =>
    redisStore(redisCommands(new RedisLink({ ...options, url: redis.url, purpose: 'test' })));

  publishStoreContract(`redisStore() ${name}`, async () => {
    await redis.flush();
    const sources = redisSources({ ...options, url: redis.url });
    open.push(sources);
    return { store: openStore(), report: (heartbeat) => sources.reportSink.report(heartbeat) };
  });

  it('is read and hinted at by sources of the same address', async () => {
    await redis.flush();
    const store = openStore();
    const sources = redisSources({ ...options, url: redis.url });
    open.push(store, sources);
    let hints = 0;
    sources.rulesets.watch('a', () => {
      hints += 1;
    });
    await expect.poll(() => hints, { timeout: 5_000 }).toBe(1);
    const snapshot = snapshotOf({ a: 1 });
    await store.compareAndSet('a', snapshot);
    await expect.poll(() => hints, { timeout: 5_000 }).toBe(2);
    expect((await sources.rulesets.read('a'))?.hash).toBe(snapshot.hash);
  });
});
