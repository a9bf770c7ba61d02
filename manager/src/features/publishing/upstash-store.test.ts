import { inspect } from 'node:util';
import { MemoryShelf, upstashSources } from '@fauna-flags/bearer';
import { explainRedisError, nodeClock, RedisLink, redisSources } from '@fauna-flags/bearer/node';
import { storeKeys } from '@fauna-flags/protocol';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { snapshotOf } from '../../../../bearer/src/testing/documents.ts';
import { RedisServer } from '../../../../bearer/test/support/redis-server.ts';
import { UpstashServer } from '../../../../bearer/test/support/upstash-server.ts';
import { memoryStore } from './memory-store.ts';
import { publishStoreContract } from './publish-store.contract.ts';
import { redisCommands } from './redis-commands.ts';
import { redisStore } from './redis-store.ts';
import { upstashCommands } from './upstash-commands.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };
const ports = { clock: nodeClock, random: Math.random, log };
const open: { close(): Promise<void> }[] = [];
let redis: RedisServer;
let upstash: UpstashServer;
beforeAll(async () => {
  redis = await RedisServer.start();
  upstash = await UpstashServer.start(redis);
});
afterEach(async () => {
  for (const opened of open.splice(0)) await opened.close();
});
afterAll(async () => {
  await upstash.dispose();
  await redis.dispose();
});

function opened<T extends { close(): Promise<void> }>(made: T): T {
  open.push(made);
  return made;
}

const overRest = (access = { url: upstash.url, token: upstash.token }) =>
  opened(redisStore(upstashCommands({ ...access, explain: explainRedisError })));
const overSocket = () =>
  opened(redisStore(redisCommands(new RedisLink({ ...ports, url: redis.url, purpose: 'test' }))));
const readOverRest = () =>
  opened(upstashSources({ ...ports, url: upstash.url, token: upstash.token, fetch }));
const readOverSocket = () => opened(redisSources({ ...ports, url: redis.url }));

publishStoreContract('redisStore() over the REST API of Upstash', async () => {
  await redis.client.flushall();
  const { reportSink } = readOverRest();
  return { store: overRest(), report: (heartbeat) => reportSink.report(heartbeat) };
});

describe('redisStore() over the REST API of Upstash', () => {
  const odd = snapshotOf(
    { text: 'ünï-🦊 "quoted" \\ \u2028 \u0001 </script>', number: 1e21 },
    { version: 3 },
  );

  it.each([
    ['REST', overRest, 'a socket', readOverSocket],
    ['a socket', overSocket, 'REST', readOverRest],
    ['REST', overRest, 'REST', readOverRest],
  ])('is written over %s and read over %s, byte for byte', async (_how, write, _other, read) => {
    await redis.client.flushall();
    await write().compareAndSet('a', odd);
    const { rulesets } = read();
    const found = await rulesets.read('a');
    expect({ ...found, payload: new Uint8Array(found?.payload ?? []) }).toEqual(odd);
    expect(await rulesets.position('a')).toEqual({
      epoch: odd.epoch,
      version: 3,
      hash8: odd.hash.slice(0, 8),
    });
  });

  it('hints listeners over a socket and over REST alike', async () => {
    await redis.client.flushall();
    const hints = [0, 0];
    for (const [place, { rulesets }] of [readOverRest(), readOverSocket()].entries())
      rulesets.watch('a', () => {
        hints[place] = (hints[place] ?? 0) + 1;
      });
    await expect.poll(() => hints, { timeout: 5_000 }).toEqual([1, 1]);
    await overRest().compareAndSet('a', odd);
    await expect.poll(() => hints, { timeout: 5_000 }).toEqual([2, 2]);
  });

  it('refuses bytes that REST cannot carry, instead of storing others', async () => {
    await redis.client.flushall();
    const payload = Uint8Array.from([0xff, 0xfe]);
    await expect(overRest().compareAndSet('a', { ...odd, payload })).rejects.toThrow();
    expect(await redis.client.exists(storeKeys.snapshot('a'))).toBe(0);
  });

  it('takes what is no hash for nothing, be it one document or the whole index', async () => {
    await redis.client.flushall();
    const store = overRest();
    await store.compareAndSet('a', odd);
    await store.compareAndSet('b', odd);
    await redis.client.set(storeKeys.snapshot('a'), 'garbage');
    expect([...(await store.positions()).keys()]).toEqual(['b']);
    await redis.client.set(storeKeys.positions, 'garbage');
    expect(await store.positions()).toEqual(new Map());
    await store.remove('b');
    expect(await store.compareAndSet('a', odd)).toEqual({ outcome: 'stored' });
  });

  it('answers whatever the memory store answers, whatever is offered in which order', async () => {
    const store = overRest();
    const small = fc.integer({ min: 1, max: 3 });
    const offer = fc.record({ epoch: small, version: small, content: fc.constantFrom('x', 'y') });
    await fc.assert(
      fc.asyncProperty(fc.array(offer, { maxLength: 15 }), async (offers) => {
        await redis.client.flushall();
        const model = memoryStore(new MemoryShelf());
        for (const { content, ...position } of offers) {
          const snapshot = snapshotOf({ content }, position);
          expect(await store.compareAndSet('a', snapshot)).toEqual(await model.compareAndSet('a', snapshot));
        }
        expect(await store.positions()).toEqual(await model.positions());
      }),
      { numRuns: 20 },
    );
  });

  it('sends nothing a second time, also when an answer fails', async () => {
    const own = await UpstashServer.start(redis);
    const store = overRest({ url: own.url, token: own.token });
    await store.positions();
    const before = own.ran.length;
    await redis.client.config('SET', 'maxmemory', 1);
    await expect(store.compareAndSet('a', odd)).rejects.toThrow(/^OOM .*: Redis has no memory left for it/);
    await redis.client.config('SET', 'maxmemory', 0);
    expect(own.ran.slice(before)).toEqual(['EVAL']);
    await own.dispose();
    const fetched = vi.spyOn(globalThis, 'fetch');
    await expect(store.compareAndSet('a', odd)).rejects.toThrow('fetch failed: ');
    expect(fetched).toHaveBeenCalledTimes(1);
    fetched.mockRestore();
  });

  it('rejects with what Redis says, and with nothing of what it was asked or let in by', async () => {
    await redis.client.config('SET', 'maxmemory', 1);
    const secret = snapshotOf({ secret: 'of-a-payload' }, { epoch: 5, version: 1 });
    const refused = await overRest()
      .compareAndSet('a', secret)
      .catch((thrown: unknown) => thrown);
    await redis.client.config('SET', 'maxmemory', 0);
    const stranger = await overRest({ url: upstash.url, token: 'not-the-token' })
      .compareAndSet('a', secret)
      .catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ message: expect.stringContaining('OOM') });
    expect(stranger).toMatchObject({ message: 'Unauthorized' });
    for (const error of [refused, stranger]) {
      const told = inspect(error, { depth: null, showHidden: true, maxStringLength: null });
      for (const hidden of ['of-a-payload', secret.hash, upstash.token, 'not-the-token'])
        expect(told).not.toContain(hidden);
    }
  });

  it('rejects everything once it is closed', async () => {
    const store = overRest();
    await store.close();
    await expect(store.positions()).rejects.toThrow('closed');
    await expect(store.compareAndSet('a', odd)).rejects.toThrow('closed');
  });
});
