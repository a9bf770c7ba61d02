import { inspect } from 'node:util';
import { MemoryShelf } from '@fauna-flags/bearer';
import { nodeClock, RedisLink, redisSources } from '@fauna-flags/bearer/node';
import { type Snapshot, storeKeys } from '@fauna-flags/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keySourceContract } from '../../../../bearer/src/keys/key-source.contract.ts';
import { rulesetSourceContract } from '../../../../bearer/src/rulesets/ruleset-source.contract.ts';
import { snapshotOf } from '../../../../bearer/src/testing/documents.ts';
import { RedisServer } from '../../../../bearer/test/support/redis-server.ts';
import { memoryStore } from './memory-store.ts';
import { publishStoreContract } from './publish-store.contract.ts';
import type { PublishStore } from './publish-store.ts';
import { redisCommands } from './redis-commands.ts';
import { redisStore } from './redis-store.ts';
import { StoreRefusal } from './store-refusal.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const open: { close(): Promise<void> }[] = [];
let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(async () => {
  for (const opened of open) await opened.close();
  await server.dispose();
});

function openStore() {
  const connection = { url: server.url, clock: nodeClock, random: Math.random, log: silent };
  const store = redisStore(redisCommands(new RedisLink({ ...connection, purpose: 'test' })));
  open.push(store);
  return store;
}

async function openEmptyStore() {
  await server.client.flushall();
  return openStore();
}

function openSources() {
  const sources = redisSources({ url: server.url, clock: nodeClock, random: Math.random, log: silent });
  open.push(sources);
  return sources;
}

publishStoreContract('redisStore()', async () => ({
  store: await openEmptyStore(),
  report: (heartbeat) => openSources().reportSink.report(heartbeat),
}));

rulesetSourceContract('redisSources().rulesets behind redisStore()', async () => {
  const store = await openEmptyStore();
  return {
    source: openSources().rulesets,
    put: async (environmentId, snapshot) => void (await store.compareAndSet(environmentId, snapshot)),
  };
});

keySourceContract('redisSources().keys behind redisStore()', async () => {
  const store = await openEmptyStore();
  return {
    source: openSources().keys,
    put: async (snapshot) => void (await store.compareAndSet('keys', snapshot)),
    putOther: async (snapshot) => void (await store.compareAndSet('environment-a', snapshot)),
  };
});

describe('redisStore()', () => {
  it('keeps bytes as they are, also when they are no text', async () => {
    const store = await openEmptyStore();
    const payload = Uint8Array.from({ length: 256 }, (_, byte) => 255 - byte);
    await store.compareAndSet('a', { epoch: 5, version: 1, hash: 'a'.repeat(64), payload: payload });
    expect(
      new Uint8Array((await server.client.hgetBuffer(storeKeys.snapshot('a'), 'payload')) ?? []),
    ).toEqual(payload);
  });

  it('keeps a part of a larger buffer apart from the rest', async () => {
    const store = await openEmptyStore();
    const payload = new TextEncoder().encode('before|{"a":1}|behind').subarray(7, 14);
    await store.compareAndSet('a', { epoch: 5, version: 1, hash: 'a'.repeat(64), payload });
    expect(await server.client.hget(storeKeys.snapshot('a'), 'payload')).toBe('{"a":1}');
  });

  it('publishes a hint that names the position and never the payload', async () => {
    const store = await openEmptyStore();
    const messages: string[] = [];
    const listener = server.client.duplicate();
    await listener.subscribe(storeKeys.hints);
    listener.on('message', (_channel, message) => messages.push(message));
    const snapshot = documentAt(1_800_000_000, 7);
    await store.compareAndSet('a', snapshot);
    await store.compareAndSet('a', snapshot);
    await store.compareAndSet('a', documentAt(1_800_000_000, 6));
    await expect.poll(() => messages.length).toBe(2);
    expect(messages).toEqual(Array(2).fill(`a 1800000000 7 ${snapshot.hash.slice(0, 8)}`));
    listener.disconnect();
  });

  it('compares numbers as numbers, up to the largest that are exact', async () => {
    const store = await openEmptyStore();
    await store.compareAndSet('a', documentAt(9, 9));
    expect(await store.compareAndSet('a', documentAt(10, 1))).toEqual({ outcome: 'stored' });
    expect(await store.compareAndSet('a', documentAt(10, 999_999_999_999_998))).toEqual({
      outcome: 'stored',
    });
    expect(await store.compareAndSet('a', documentAt(10, 999_999_999_999_999))).toEqual({
      outcome: 'stored',
    });
    expect(await store.compareAndSet('a', documentAt(10, 999_999_999_999_998))).toMatchObject({
      outcome: 'older',
      current: { epoch: 10, version: 999_999_999_999_999 },
    });
  });

  it('does not report what a Redis has evicted, so that it is published again', async () => {
    const store = await openEmptyStore();
    await store.compareAndSet('a', documentAt(5, 1));
    await store.compareAndSet('b', documentAt(5, 1));
    await server.client.del(storeKeys.snapshot('a'));
    expect([...(await store.positions()).keys()]).toEqual(['b']);
    expect(await store.compareAndSet('a', documentAt(5, 1))).toEqual({ outcome: 'stored' });
  });

  it('mends an index that has lost a document or says something else of it', async () => {
    const store = await openEmptyStore();
    await store.compareAndSet('a', documentAt(5, 2));
    for (const spoil of [
      () => server.client.del(storeKeys.positions),
      () => server.client.hset(storeKeys.positions, 'a', 'nonsense'),
      () => server.client.hset(storeKeys.positions, 'a', `9-9-${'0'.repeat(64)}`),
    ]) {
      await spoil();
      expect(await store.positions()).toEqual(new Map());
      await store.compareAndSet('a', documentAt(5, 1));
      expect((await store.positions()).get('a')).toMatchObject({ epoch: 5, version: 2 });
    }
  });

  it('takes what is no position for nothing', async () => {
    const store = await openEmptyStore();
    await server.client.hset(storeKeys.snapshot('a'), { e: 'x', v: '1', h: 'y', payload: 'z' });
    expect(await store.compareAndSet('a', documentAt(1, 1))).toEqual({ outcome: 'stored' });
  });

  it('takes what is no hash for nothing, be it one document or the whole index', async () => {
    const store = await openEmptyStore();
    await store.compareAndSet('a', documentAt(5, 1));
    await store.compareAndSet('b', documentAt(5, 1));
    await server.client.set(storeKeys.snapshot('a'), 'garbage');
    expect([...(await store.positions()).keys()]).toEqual(['b']);
    expect(await store.compareAndSet('a', documentAt(5, 1))).toEqual({ outcome: 'stored' });
    await server.client.set(storeKeys.positions, 'garbage');
    expect(await store.positions()).toEqual(new Map());
    await store.remove('b');
    expect(await store.compareAndSet('a', documentAt(5, 1))).toEqual({ outcome: 'same' });
    expect([...(await store.positions()).keys()]).toEqual(['a']);
  });

  it('moves forward only, whoever of many offers what in which order', async () => {
    const stores = [await openEmptyStore(), openStore(), openStore()];
    const offers = Array.from({ length: 60 }, (_, place) => documentAt(5, ((place * 37) % 60) + 1));
    await Promise.all(offers.map((offer, place) => stores[place % 3]?.compareAndSet('a', offer)));
    expect((await stores[0]?.positions())?.get('a')).toMatchObject({ epoch: 5, version: 60 });
  });

  it('answers whatever the memory store answers, whatever is offered in which order', async () => {
    const store = openStore();
    const documentId = fc.constantFrom('a', 'b');
    const small = fc.integer({ min: 1, max: 3 });
    const offer = fc.record({ documentId, epoch: small, version: small, content: fc.constantFrom('x', 'y') });
    const step = fc.oneof(
      { weight: 9, arbitrary: offer },
      { weight: 1, arbitrary: fc.record({ documentId }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        await server.client.flushall();
        const model = memoryStore(new MemoryShelf());
        for (const { documentId: id, ...offered } of steps) {
          if ('content' in offered) {
            const snapshot = snapshotOf({ content: offered.content }, offered);
            expect(await store.compareAndSet(id, snapshot)).toEqual(await model.compareAndSet(id, snapshot));
          } else {
            await Promise.all([store.remove(id), model.remove(id)]);
          }
        }
        const byId = (positions: ReadonlyMap<string, unknown>) => Object.fromEntries(positions);
        expect(byId(await store.positions())).toEqual(byId(await model.positions()));
      }),
      { numRuns: 60 },
    );
  });

  it('goes on with all other documents when Redis refuses one', async () => {
    const own = await RedisServer.start();
    const rights = [
      'on',
      '>limited',
      '+@all',
      '&*',
      `~${storeKeys.positions}`,
      `~${storeKeys.snapshot('good')}`,
    ];
    await own.client.call('ACL', 'SETUSER', 'limited', ...rights);
    await own.publish('refused', documentAt(5, 1));
    const connection = { clock: nodeClock, random: Math.random, log: silent, purpose: 'test' };
    const url = `redis://limited:limited@127.0.0.1:${own.port}`;
    const store = redisStore(redisCommands(new RedisLink({ ...connection, url })));
    try {
      await expect(store.compareAndSet('refused', documentAt(5, 2))).rejects.toThrow('NOPERM');
      expect(await store.compareAndSet('good', documentAt(5, 2))).toEqual({ outcome: 'stored' });
      expect([...(await store.positions()).keys()]).toEqual(['good']);
    } finally {
      await store.close();
      await own.dispose();
    }
  });

  it('rejects with what Redis says, and with nothing of what it was asked', async () => {
    const own = await RedisServer.start();
    const connection = { url: own.url, clock: nodeClock, random: Math.random, log: silent };
    const store = redisStore(redisCommands(new RedisLink({ ...connection, purpose: 'test' })));
    try {
      await own.client.config('SET', 'maxmemory', 1);
      const snapshot = snapshotOf({ secret: 'of-a-payload' }, { epoch: 5, version: 1 });
      const error = await store.compareAndSet('a', snapshot).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreRefusal);
      expect(error).toMatchObject({
        message: expect.stringMatching(/^OOM .*: Redis has no memory left for it, raise maxmemory/),
      });
      const told = inspect(error, { depth: null, showHidden: true, maxStringLength: null });
      expect(told).not.toContain('Buffer'); // As which the payload went.
      expect(told).not.toContain(snapshot.hash);
    } finally {
      await store.close();
      await own.dispose();
    }
  });

  it('rejects within two seconds while Redis is away or hangs, and works again right after', async () => {
    const own = await RedisServer.start();
    const link = new RedisLink({
      url: own.url,
      purpose: 'test',
      clock: nodeClock,
      random: Math.random,
      log: silent,
    });
    const store = redisStore(redisCommands(link));
    try {
      await store.compareAndSet('a', documentAt(5, 1));
      process.kill(own.pid, 'SIGSTOP');
      const begunAt = performance.now();
      await expect(store.compareAndSet('a', documentAt(5, 2))).rejects.toThrow();
      expect(performance.now() - begunAt).toBeLessThan(2_000);
      process.kill(own.pid, 'SIGCONT');
      await expect.poll(() => offer(store), eventually).toMatch(/stored|same/);
      await own.kill();
      await expect(store.positions()).rejects.toThrow();
      await own.start();
      await expect.poll(() => offer(store), eventually).toMatch(/stored|same/);
    } finally {
      await store.close();
      await own.dispose();
    }
    await expect(store.positions()).rejects.toThrow('closed');
  });
});

/** A call that was given up on may have taken effect all the same. */
const offer = async (store: PublishStore) => (await store.compareAndSet('a', documentAt(5, 3))).outcome;
const eventually = { timeout: 5_000, interval: 50 };

function documentAt(epoch: number, version: number): Snapshot {
  return snapshotOf({ epoch, version }, { epoch, version });
}
