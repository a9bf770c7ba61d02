import { storeKeys } from '@fauna-flags/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer } from '../../test/support/redis-server.ts';
import { heartbeatsIn, usageIn } from '../../test/support/told-to-redis.ts';
import { UpstashServer } from '../../test/support/upstash-server.ts';
import type { BearerStore } from '../bearer-store.ts';
import { nodeClock } from '../entry/node-clock.ts';
import { subscriberContract } from '../hints/subscriber.contract.ts';
import { keySourceContract } from '../keys/key-source.contract.ts';
import { reportSinkContract } from '../reports/report-sink.contract.ts';
import { rulesetSourceContract } from '../rulesets/ruleset-source.contract.ts';
import { snapshotOf } from '../testing/documents.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { usageSinkContract } from '../usage/usage-sink.contract.ts';
import { UpstashLink, type UpstashOptions } from './upstash-link.ts';
import { upstashUsage } from './upstash-sinks.ts';
import { upstashSources } from './upstash-sources.ts';
import { upstashSubscriber } from './upstash-subscriber.ts';

let redis: RedisServer;
let upstash: UpstashServer;
const open: BearerStore[] = [];
beforeAll(async () => {
  redis = await RedisServer.start();
  upstash = await UpstashServer.start(redis);
});
afterEach(async () => {
  for (const sources of open.splice(0)) await sources.close();
  upstash.hasBlankLines = true;
  upstash.isMute = false;
});
afterAll(async () => {
  await upstash.dispose();
  await redis.dispose();
});

const access = (): UpstashOptions => ({ url: upstash.url, token: upstash.token, fetch, clock: nodeClock });

function openSources(log = new MemoryLog(), options: Partial<UpstashOptions> = {}): BearerStore {
  const sources = upstashSources({ ...access(), random: Math.random, log, ...options });
  open.push(sources);
  return sources;
}

async function emptied(): Promise<BearerStore> {
  await redis.client.flushall();
  return openSources();
}

const put = (documentId: string, snapshot: ReturnType<typeof snapshotOf>) =>
  redis.publish(documentId, snapshot);

rulesetSourceContract('upstashSources().rulesets', async () => ({ source: (await emptied()).rulesets, put }));

keySourceContract('upstashSources().keys', async () => ({
  source: (await emptied()).keys,
  put: (snapshot) => put('keys', snapshot),
  putOther: (snapshot) => put('environment-a', snapshot),
}));

for (const hasBlankLines of [true, false])
  subscriberContract(`upstashSubscriber(), ${hasBlankLines ? 'events' : 'bare lines'}`, async () => {
    upstash.hasBlankLines = hasBlankLines;
    return {
      connect: upstashSubscriber({ link: new UpstashLink(access()), clock: nodeClock }),
      publish: async (channel, message) => void (await redis.client.publish(channel, message)),
      cutAll: async () => upstash.cutStreams(),
    };
  });

reportSinkContract('upstashSources().reportSink', async () => ({
  sink: (await emptied()).reportSink,
  known: () => heartbeatsIn(redis.client),
}));

usageSinkContract(
  'upstashUsage()',
  async () => {
    await redis.client.flushall();
    return {
      sink: upstashUsage(new UpstashLink(access()), 100),
      arrived: () => usageIn(redis.client),
    };
  },
  { tooMany: 250 },
);

const eventually = { timeout: 8_000, interval: 20 };

function counted(sources: BearerStore, documentId = 'a') {
  const counter = { hints: 0 };
  sources.rulesets.watch(documentId, () => {
    counter.hints += 1;
  });
  return counter;
}

describe('upstashSources()', () => {
  it('hints every watch once it listens, and again after each stream that was cut', async () => {
    const counter = counted(openSources());
    await expect.poll(() => counter.hints, eventually).toBe(1);
    upstash.cutStreams();
    await expect.poll(() => counter.hints, eventually).toBe(2);
    await put('a', snapshotOf({ a: 1 }));
    await expect.poll(() => counter.hints, eventually).toBe(3);
  });

  it('needs no database to start, says once that there is none, and reads and hints when it comes', async () => {
    await redis.client.flushall();
    const own = await UpstashServer.start(redis);
    await own.stop();
    const log = new MemoryLog();
    const sources = openSources(log, { url: own.url, token: own.token });
    const counter = counted(sources);
    await expect(sources.rulesets.read('a')).rejects.toThrow('ECONNREFUSED');
    expect(counter.hints).toBe(0);
    await own.start();
    await expect.poll(() => counter.hints, eventually).toBe(1);
    expect(await sources.rulesets.read('a')).toBeUndefined();
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    await own.dispose();
  });

  it('says that the token is wrong, and shows neither it nor what was asked', async () => {
    const log = new MemoryLog();
    const sources = openSources(log, { token: 'not-the-token' });
    await expect(sources.rulesets.read('a')).rejects.toThrow('Unauthorized: check UPSTASH_REDIS_REST_TOKEN');
    await expect.poll(() => log.lines.length, eventually).toBe(1);
    expect(log.lines[0]).toMatchObject({
      message: 'Cannot listen for hints, trying again',
      fields: { address: new URL(upstash.url).host, reason: 'Unauthorized: check UPSTASH_REDIS_REST_TOKEN' },
    });
    expect(JSON.stringify(log.lines)).not.toContain('not-the-token');
  });

  it('reads bytes as they were stored, also when they are no text', async () => {
    const { rulesets } = await emptied();
    const payload = Uint8Array.from({ length: 256 }, (_, byte) => 255 - byte);
    await put('a', { epoch: 1, version: 2, hash: 'a'.repeat(64), payload });
    expect((await rulesets.read('a'))?.payload).toEqual(payload);
  });

  it('rejects what is not stored as a snapshot is, instead of calling it nothing', async () => {
    const { rulesets } = await emptied();
    await redis.client.hset(storeKeys.snapshot('a'), { e: '1', v: '2', h: 'a'.repeat(64) });
    await expect(rulesets.read('a')).rejects.toThrow('Cannot read document a');
    await redis.client.hset(storeKeys.positions, 'a', '1-2-abc');
    await expect(rulesets.position('a')).rejects.toThrow('Cannot read document a');
    await redis.client.set(storeKeys.snapshot('b'), 'garbage');
    await expect(rulesets.read('b')).rejects.toThrow('WRONGTYPE');
  });

  it('rejects whatever else answers at the address, and shows nothing of it', async () => {
    const answers = [
      () => new Response('<html>secret</html>'),
      () => new Response('{"secret":1}'),
      () => new Response('{"result":"secret!"}'),
      () => new Response('{"result":{"secret":1}}'),
      () => new Response('', { status: 302, headers: { location: 'https://elsewhere.example' } }),
      () => new Response('x'.repeat(9 * 1024 * 1024)),
    ];
    for (const answer of answers) {
      const { rulesets } = openSources(new MemoryLog(), { fetch: async () => answer() });
      const error = await rulesets.read('a').catch((thrown: Error) => thrown);
      expect(error).toBeInstanceOf(Error);
      expect(String(error)).not.toContain('secret');
    }
  });

  it('gives up on an answer that does not come, and on all that is under way when it is closed', async () => {
    const clock = new ManualClock();
    const silent: UpstashOptions['fetch'] = (_url, { signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    const link = new UpstashLink({ ...access(), fetch: silent, clock });
    const first = link.run(['PING']).catch((error: Error) => error.message);
    await clock.advance(4_000);
    expect(await first).toMatch(/^Cannot reach Upstash at 127.0.0.1:\d+: no answer in time$/);
    const second = link.run(['PING']).catch(() => 'given up');
    link.close();
    expect(await second).toBe('given up');
    await expect(link.run(['PING'])).rejects.toThrow('closed');
  });
});

describe('upstashSubscriber()', () => {
  async function listening() {
    await redis.client.flushall();
    const clock = new ManualClock();
    const messages: string[] = [];
    const subscriber = upstashSubscriber({ link: new UpstashLink(access()), clock })({
      onMessage: (message) => messages.push(message),
      onEnd: () => {},
    });
    await subscriber.subscribe(storeKeys.hints);
    await subscriber.ping();
    return { clock, messages, subscriber };
  }

  it('finds a stream dead over which nothing came although something has moved', async () => {
    const { clock, subscriber } = await listening();
    upstash.isMute = true;
    await subscriber.ping(); // Nothing has moved yet.
    await put('a', snapshotOf({ a: 1 }));
    const pinged = subscriber.ping().catch((error: Error) => error.message);
    await expect.poll(() => clock.pending, eventually).toBe(1); // It waits for what may be late.
    await clock.advance(2_000);
    expect(await pinged).toContain('nothing came over the stream although something has moved');
    subscriber.destroy();
  });

  it('believes in a stream whose message is late, or came since the last ping', async () => {
    const { clock, messages, subscriber } = await listening();
    await put('a', snapshotOf({ a: 1 }));
    await expect.poll(() => messages.length, eventually).toBe(1);
    await subscriber.ping();
    upstash.isMute = true;
    await put('a', snapshotOf({ a: 2 }, { version: 2 }));
    const pinged = subscriber.ping();
    await expect.poll(() => clock.pending, eventually).toBe(1);
    upstash.isMute = false;
    await redis.client.publish(storeKeys.hints, 'a 1 2 00000000');
    await expect.poll(() => messages.length, eventually).toBe(2);
    await clock.advance(2_000);
    await pinged;
    subscriber.destroy();
  });

  it('takes the removal of a document for no movement', async () => {
    const { subscriber } = await listening();
    await put('a', snapshotOf({ a: 1 }));
    await subscriber.ping();
    await redis.client.hdel(storeKeys.positions, 'a');
    await subscriber.ping();
    subscriber.destroy();
  });
});
