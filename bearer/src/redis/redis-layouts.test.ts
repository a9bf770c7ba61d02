import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisCluster } from '../../test/support/redis-cluster.ts';
import { RedisSentinel } from '../../test/support/redis-sentinel.ts';
import { heartbeatsIn } from '../../test/support/told-to-redis.ts';
import type { BearerStore } from '../bearer-store.ts';
import { nodeClock } from '../entry/node-clock.ts';
import { subscriberContract } from '../hints/subscriber.contract.ts';
import { keySourceContract } from '../keys/key-source.contract.ts';
import { reportSinkContract } from '../reports/report-sink.contract.ts';
import { rulesetSourceContract } from '../rulesets/ruleset-source.contract.ts';
import { snapshotOf } from '../testing/documents.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { readRedisAddress } from './open-redis.ts';
import { RedisLink } from './redis-link.ts';
import { redisSources } from './redis-sources.ts';
import { redisSubscriber } from './redis-subscriber.ts';

/** What the contracts need of a Redis, however it is laid out. */
interface Layout {
  readonly url: string;
  publish(documentId: string, snapshot: ReturnType<typeof snapshotOf>): Promise<void>;
  flush(): Promise<void>;
  /** Asks the server that has our keys. */
  readonly client: Redis;
}

const open: { close(): Promise<void> }[] = [];
const closeAll = async () => {
  for (const opened of open.splice(0)) await opened.close();
};

function openSources({ url }: { readonly url: string }, log = new MemoryLog()): BearerStore {
  const sources = redisSources({ url, clock: nodeClock, random: Math.random, log });
  open.push(sources);
  return sources;
}

function openLink({ url }: { readonly url: string }, log = new MemoryLog()): RedisLink {
  const link = new RedisLink({ url, clock: nodeClock, random: Math.random, log, purpose: 'test' });
  open.push(link);
  return link;
}

function contracts(name: string, layout: () => Layout): void {
  const emptied = async () => {
    await layout().flush();
    return openSources(layout());
  };
  rulesetSourceContract(`redisSources().rulesets ${name}`, async () => ({
    source: (await emptied()).rulesets,
    put: (documentId, snapshot) => layout().publish(documentId, snapshot),
  }));
  keySourceContract(`redisSources().keys ${name}`, async () => ({
    source: (await emptied()).keys,
    put: (snapshot) => layout().publish('keys', snapshot),
    putOther: (snapshot) => layout().publish('environment-a', snapshot),
  }));
  reportSinkContract(`redisSources().reportSink ${name}`, async () => ({
    sink: (await emptied()).reportSink,
    known: () => heartbeatsIn(layout().client),
  }));
}

const eventually = { timeout: 15_000, interval: 50 };

describe('with sentinels', () => {
  let redis: RedisSentinel;
  beforeAll(async () => {
    redis = await RedisSentinel.start();
  }, 60_000);
  afterEach(closeAll);
  afterAll(() => redis.dispose());

  contracts('with sentinels', () => redis);

  subscriberContract('redisSubscriber() with sentinels', async () => ({
    connect: redisSubscriber({ address: readRedisAddress(redis.url), random: Math.random }),
    publish: async (channel, message) => void (await redis.primary.client.publish(channel, message)),
    cutAll: async () => void (await redis.primary.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')),
  }));

  it('says that a sentinel does not know the name, or our password, and shows no password', async () => {
    for (const [url, reason] of [
      [redis.url.replace('fauna-primary', 'other'), 'it knows no primary named "other"'],
      [redis.url.replace(redis.sentinel.password, 'not-it'), 'WRONGPASS'],
    ] as const) {
      const log = new MemoryLog();
      const link = openLink({ url }, log);
      await expect(link.run((connection) => connection.ping())).rejects.toThrow(
        'Cannot reach Redis at 127.0.0.1:1,',
      );
      expect(log.lines[0]?.fields.reason).toContain(reason);
      for (const secret of [redis.sentinel.password, redis.primary.password, 'not-it'])
        expect(JSON.stringify(log.lines)).not.toContain(secret);
    }
  });

  it('follows a failover: writes and hints go on at the new primary', async () => {
    await redis.flush();
    const link = openLink(redis);
    const { rulesets } = openSources(redis);
    let hints = 0;
    rulesets.watch('a', () => {
      hints += 1;
    });
    await expect.poll(() => hints, eventually).toBe(1);
    await link.run((connection) => connection.set('{fauna}:x', 1));
    await redis.failover();
    const write = () =>
      link.run((connection) => connection.set('{fauna}:x', 2)).catch((error: Error) => error.message);
    await expect.poll(write, eventually).toBe('OK');
    expect(await redis.replica.client.get('{fauna}:x')).toBe('2');
    await expect.poll(() => hints, eventually).toBeGreaterThan(1);
    const before = hints;
    await redis.replica.publish('a', snapshotOf({ a: 1 }));
    await expect.poll(() => hints, eventually).toBeGreaterThan(before);
    expect(await rulesets.read('a')).toBeDefined();
  }, 60_000);
});

describe('in a cluster', () => {
  let redis: RedisCluster;
  beforeAll(async () => {
    redis = await RedisCluster.start();
  }, 60_000);
  afterEach(closeAll);
  afterAll(() => redis.dispose());

  contracts('in a cluster', () => redis);

  subscriberContract('redisSubscriber() in a cluster', async () => ({
    connect: redisSubscriber({ address: readRedisAddress(redis.url), random: Math.random }),
    publish: async (channel, message) => void (await redis.owner.client.publish(channel, message)),
    cutAll: () => redis.each((node) => node.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')),
  }));

  it('knows the slot of our keys', async () => {
    expect(await redis.owner.client.call('CLUSTER', 'KEYSLOT', '{fauna}:positions')).toBe(7_269);
  });

  it('finds its way also where nodes hide their addresses', async () => {
    const setEach = (type: string) =>
      redis.each((node) => node.client.config('SET', 'cluster-preferred-endpoint-type', type));
    await setEach('unknown-endpoint');
    const link = openLink(redis);
    expect(await link.run((connection) => connection.get('{fauna}:none'))).toBeNull();
    await setEach('ip');
  });

  it('looks for the owner again when our slot has moved', async () => {
    const link = openLink(redis);
    await link.run((connection) => connection.ping());
    const [other] = redis.primaries;
    await redis.flush();
    if (other === undefined) throw new Error('A cluster has a first primary');
    await redis.moveSlot(7_269, { from: redis.owner, to: other });
    const write = () =>
      link.run((connection) => connection.set('{fauna}:x', 1)).catch((error: Error) => error.message);
    await expect.poll(write, eventually).toBe('OK');
    expect(await other.client.get('{fauna}:x')).toBe('1');
    await other.client.del('{fauna}:x');
    await redis.moveSlot(7_269, { from: other, to: redis.owner });
    await expect.poll(write, eventually).toBe('OK');
  });

  it('listens at nodes by chance, and hears at each what any other publishes', async () => {
    const heard = new Set<string>();
    const connect = redisSubscriber({ address: readRedisAddress(redis.url), random: Math.random });
    const subscribers = Array.from({ length: 12 }, (_, place) =>
      connect({ onMessage: (message) => heard.add(`${place} ${message}`), onEnd: () => {} }),
    );
    await Promise.all(subscribers.map((subscriber) => subscriber.subscribe('{fauna}:n')));
    await redis.each(async (node) => node.client.publish('{fauna}:n', String(node.port)));
    await expect.poll(() => heard.size, eventually).toBe(12 * 4);
    const crowds: number[] = [];
    await redis.each(async (node) => {
      const [, count] = (await node.client.pubsub('NUMSUB', '{fauna}:n')) as [string, number];
      crowds.push(count);
    });
    for (const subscriber of subscribers) subscriber.destroy();
    expect(Math.max(...crowds)).toBeLessThan(12);
  });

  it('goes on when the owner of our slot dies: its replica takes over, and listeners move', async () => {
    await redis.flush();
    await redis.publish('a', snapshotOf({ a: 1 }));
    await redis.owner.client.call('WAIT', 1, 1_000);
    const link = openLink(redis);
    const sources = Array.from({ length: 6 }, () => openSources(redis).rulesets);
    const hints = sources.map(() => 0);
    for (const [place, source] of sources.entries())
      source.watch('a', () => {
        hints[place] = (hints[place] ?? 0) + 1;
      });
    await expect.poll(() => hints.every((count) => count > 0), eventually).toBe(true);
    await link.run((connection) => connection.ping());
    await redis.owner.kill();
    const write = () =>
      link.run((connection) => connection.set('{fauna}:x', 2)).catch((error: Error) => error.message);
    await expect.poll(write, { ...eventually, timeout: 20_000 }).toBe('OK');
    const before = [...hints];
    await redis.replica.publish('a', snapshotOf({ a: 2 }, { version: 2 }));
    await expect
      .poll(() => hints.every((count, place) => count > (before[place] ?? 0)), eventually)
      .toBe(true);
    await expect
      .poll(async () => (await sources[0]?.read('a').catch(() => undefined))?.version, eventually)
      .toBe(2);
  }, 60_000);
});
