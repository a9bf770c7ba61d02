import { MemoryUsageSink } from '@fauna-flags/bearer';
import { explainRedisError, nodeClock, RedisLink } from '@fauna-flags/bearer/node';
import { storeKeys, usageRecordField } from '@fauna-flags/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer } from '../../../../bearer/test/support/redis-server.ts';
import { UpstashServer } from '../../../../bearer/test/support/upstash-server.ts';
import { redisCommands, type StoreCommands, upstashCommands } from '../publishing/index.ts';
import { memoryUsageSource } from './memory-usage-source.ts';
import { storeUsageSource } from './store-usage-source.ts';
import { usageSourceContract } from './usage-source.contract.ts';

let redis: RedisServer;
let upstash: UpstashServer;
beforeAll(async () => {
  redis = await RedisServer.start();
  upstash = await UpstashServer.start(redis);
});
afterAll(async () => {
  await upstash.dispose();
  await redis.dispose();
});

const log = { info: () => {}, warn: () => {}, error: () => {} };
const overRedis = () =>
  redisCommands(
    new RedisLink({
      ...{ url: redis.url, purpose: 'test', clock: nodeClock },
      ...{ random: Math.random, log },
    }),
  );
const overUpstash = () =>
  upstashCommands({ url: upstash.url, token: upstash.token, explain: explainRedisError });

async function fixtureOver(commands: StoreCommands) {
  await redis.client.flushall();
  return {
    source: storeUsageSource(commands, { againAfterMs: 0 }),
    async tell(records: readonly object[]) {
      for (const record of records)
        await redis.client.xadd(storeKeys.usage, '*', usageRecordField, JSON.stringify(record));
    },
  };
}

usageSourceContract('memoryUsageSource()', async () => {
  const sink = new MemoryUsageSink();
  return {
    source: memoryUsageSource(sink),
    async tell(records) {
      for (const record of records) await sink.record(record);
    },
  };
});
describe('memoryUsageSource()', () => {
  it('gives no handle that another process gives, and leaves on the shelf what it does not hand out', async () => {
    const sink = new MemoryUsageSink();
    const take = async () => {
      const record = { environmentId: 'e', keyId: 'k', receivedAt: 1, use: { requests: 1, fromBrowsers: 0 } };
      for (let at = 0; at < 150; at += 1) await sink.record(record);
      return memoryUsageSource(sink).take();
    };
    const handles = [...(await take()), ...(await take())].map(({ handle }) => handle);
    expect(new Set(handles).size).toBe(200);
    expect(sink.take()).toHaveLength(100);
  });
});
usageSourceContract('storeUsageSource() over Redis', () => fixtureOver(overRedis()));
usageSourceContract('storeUsageSource() over Upstash', () => fixtureOver(overUpstash()));

describe('storeUsageSource()', () => {
  const record = {
    ...{ id: 'a', environmentId: 'e', keyId: 'k', receivedAt: 1 },
    use: { requests: 1, fromBrowsers: 0 },
  };

  it('hands each record to one of several managers', async () => {
    const { tell } = await fixtureOver(overRedis());
    const sources = [storeUsageSource(overRedis()), storeUsageSource(overRedis())];
    await tell(Array.from({ length: 150 }, (_, at) => ({ ...record, id: `r-${at}` })));
    const taken = (await Promise.all(sources.map((source) => source.take()))).flat();
    expect(taken).toHaveLength(150);
    expect(new Set(taken.map(({ handle }) => handle)).size).toBe(150);
    expect(await sources[0]?.take()).toEqual([]);
  });

  it('leaves nothing in Redis of what is done', async () => {
    const { source, tell } = await fixtureOver(overRedis());
    await tell([record, record]);
    await source.done((await source.take()).map(({ handle }) => handle));
    expect(await redis.client.xlen(storeKeys.usage)).toBe(0);
    expect(await redis.client.xpending(storeKeys.usage, 'managers')).toEqual([0, null, null, null]);
  });

  it('goes on after Redis was emptied, and after entries were trimmed that are out', async () => {
    const { source, tell } = await fixtureOver(overRedis());
    await tell([record, { ...record, id: 'b' }]);
    expect(await source.take()).toHaveLength(2);
    await redis.client.xtrim(storeKeys.usage, 'MAXLEN', 1);
    expect((await source.take()).map((each) => each.record?.id)).toEqual(['b']);
    await redis.client.flushall();
    expect(await source.take()).toEqual([]);
    await tell([record]);
    expect(await source.take()).toHaveLength(1);
  });

  it('hands out what is no record as such, so that it can be done with', async () => {
    const { source, tell } = await fixtureOver(overRedis());
    await redis.client.xadd(storeKeys.usage, '*', 'other', 'x');
    await redis.client.xadd(storeKeys.usage, '*', usageRecordField, '{');
    await tell([{ ...record, use: { requests: -1, fromBrowsers: 0 } }]);
    const taken = await source.take();
    expect(taken.map((each) => each.record)).toEqual([undefined, undefined, undefined]);
    await source.done(taken.map(({ handle }) => handle));
    expect(await source.take()).toEqual([]);
  });

  it('says so when something of another kind lies there', async () => {
    const { source } = await fixtureOver(overRedis());
    await redis.client.set(storeKeys.usage, 'x');
    await expect(source.take()).rejects.toThrow(/WRONGTYPE/);
  });
});
