import { storeKeys } from '@fauna-flags/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer } from '../../test/support/redis-server.ts';
import { heartbeatsIn, usageIn } from '../../test/support/told-to-redis.ts';
import type { BearerStore } from '../bearer-store.ts';
import { nodeClock } from '../entry/node-clock.ts';
import { subscriberContract } from '../hints/subscriber.contract.ts';
import { keySourceContract } from '../keys/key-source.contract.ts';
import { reportSinkContract } from '../reports/report-sink.contract.ts';
import { rulesetSourceContract } from '../rulesets/ruleset-source.contract.ts';
import { snapshotOf } from '../testing/documents.ts';
import { heartbeatOf } from '../testing/heartbeat-of.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { usageSinkContract } from '../usage/usage-sink.contract.ts';
import { readRedisAddress } from './open-redis.ts';
import { RedisLink } from './redis-link.ts';
import { redisUsage } from './redis-sinks.ts';
import { redisSources } from './redis-sources.ts';
import { redisSubscriber } from './redis-subscriber.ts';

let server: RedisServer;
const options = { clock: nodeClock, random: Math.random };
const batch = { sdk: { name: 'tests', version: '1' }, window: { from: 0, to: 1 }, counts: [] };
const open: { close(): Promise<void> }[] = [];
const servers: RedisServer[] = [];
beforeAll(async () => {
  server = await RedisServer.start();
});
afterEach(async () => {
  for (const sources of open.splice(0)) await sources.close();
  for (const stopped of servers.splice(0)) await stopped.dispose();
});
afterAll(() => server.dispose());

/** A server for one test alone, which may do to it what it wants; it does not run yet. */
async function ownServer(): Promise<RedisServer> {
  const prepared = await RedisServer.prepare();
  servers.push(prepared);
  return prepared;
}

function openSources(url = server.url, log = new MemoryLog()): BearerStore {
  const sources = redisSources({ ...options, url, log });
  open.push(sources);
  return sources;
}

async function emptied(): Promise<BearerStore> {
  await server.client.flushall();
  return openSources();
}

const put = (documentId: string, snapshot: ReturnType<typeof snapshotOf>) =>
  server.publish(documentId, snapshot);

rulesetSourceContract('redisSources().rulesets', async () => ({ source: (await emptied()).rulesets, put }));

keySourceContract('redisSources().keys', async () => ({
  source: (await emptied()).keys,
  put: (snapshot) => put('keys', snapshot),
  putOther: (snapshot) => put('environment-a', snapshot),
}));

subscriberContract('redisSubscriber()', async () => ({
  connect: redisSubscriber({ address: readRedisAddress(server.url), random: Math.random }),
  publish: async (channel, message) => void (await server.client.publish(channel, message)),
  cutAll: async () => void (await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')),
}));

reportSinkContract('redisSources().reportSink', async () => ({
  sink: (await emptied()).reportSink,
  known: () => heartbeatsIn(server.client),
}));

usageSinkContract(
  'redisUsage()',
  async () => {
    await server.client.flushall();
    const link = new RedisLink({ ...options, url: server.url, purpose: 'test', log: new MemoryLog() });
    open.push(link);
    return { sink: redisUsage(link, 200), arrived: () => usageIn(server.client) };
  },
  { tooMany: 1_000 },
);

describe('redisSources()', () => {
  it('leaves no heartbeat behind for longer than it lives', async () => {
    const { reportSink } = await emptied();
    await reportSink.report(heartbeatOf('bearer-a'));
    const leftMs = await server.client.pttl(storeKeys.bearer('bearer-a'));
    expect(leftMs).toBeGreaterThan(10_000);
    expect(leftMs).toBeLessThanOrEqual(15_000);
  });

  it('puts counts where managers take them, and bounds them', async () => {
    const { usage } = await emptied();
    await usage.record({ environmentId: 'a', keyId: 'k', receivedAt: 1, batch });
    expect(await usageIn(server.client)).toHaveLength(1);
  });

  const counted = () => {
    const counter = {
      hints: 0,
      onHint: () => {
        counter.hints += 1;
      },
    };
    return counter;
  };

  it('hints every watch once the subscription stands, for what was published before it', async () => {
    const { rulesets, keys } = openSources();
    const [ruleset, registry] = [counted(), counted()];
    rulesets.watch('a', ruleset.onHint);
    keys.watch(registry.onHint);
    await expect.poll(() => [ruleset.hints, registry.hints]).toEqual([1, 1]);
  });

  it('hints every watch after a subscription was cut, for what was published meanwhile', async () => {
    const { rulesets } = openSources();
    const ruleset = counted();
    rulesets.watch('a', ruleset.onHint);
    await expect.poll(() => ruleset.hints).toBe(1);
    await server.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await expect.poll(() => ruleset.hints, { timeout: 5_000 }).toBe(2);
    await put('a', snapshotOf({ a: 1 }));
    await expect.poll(() => ruleset.hints).toBe(3);
  });

  it('notices a subscription that died without a word, and hints once there is another', async () => {
    const own = await ownServer();
    await own.start();
    const { rulesets } = openSources(own.url);
    const ruleset = counted();
    rulesets.watch('a', ruleset.onHint);
    await expect.poll(() => ruleset.hints).toBe(1);
    const before = await subscriptionIds(own.client);
    process.kill(own.pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 4_200));
    process.kill(own.pid, 'SIGCONT');
    await expect.poll(() => ruleset.hints, { timeout: 5_000 }).toBeGreaterThan(1);
    for (const id of before) expect(await subscriptionIds(own.client)).not.toContain(id);
  });

  it('needs no Redis to start, says once that there is none, and reads and hints when it comes', async () => {
    const own = await ownServer();
    const log = new MemoryLog();
    const { rulesets } = openSources(own.url, log);
    const ruleset = counted();
    rulesets.watch('a', ruleset.onHint);
    await expect(rulesets.read('a')).rejects.toThrow(`Cannot reach Redis at 127.0.0.1:${own.port}`);
    await expect(rulesets.position('a')).rejects.toThrow('Cannot reach Redis');
    expect(ruleset.hints).toBe(0);
    await own.start();
    await expect.poll(() => ruleset.hints, { timeout: 5_000 }).toBe(1);
    await expect.poll(() => rulesets.read('a').catch(() => 'away'), { timeout: 5_000 }).toBeUndefined();
    const told = log.lines.filter(({ level }) => level === 'warn');
    expect(told.map(({ fields }) => fields.purpose).sort()).toEqual(['hints', 'reads']);
    expect(JSON.stringify(log.lines)).not.toContain(own.password);
  });

  it('says that the password is wrong, without showing it', async () => {
    const log = new MemoryLog();
    const { rulesets } = openSources(`redis://:not-the-password@127.0.0.1:${server.port}`, log);
    await expect(rulesets.read('a')).rejects.toThrow(
      /^Cannot reach Redis at \S+: WRONGPASS .*: check the user/,
    );
    await expect.poll(() => log.lines.length).toBeGreaterThanOrEqual(2);
    expect(log.lines[0]?.fields.reason).toContain('WRONGPASS');
    expect(JSON.stringify(log.lines)).not.toContain('not-the-password');
  });

  it('says once that it may not listen, reads all the same, and listens as soon as it may', async () => {
    const own = await ownServer();
    await own.start();
    const rights = ['on', '>deaf', '~*', '+@all'];
    await own.client.call('ACL', 'SETUSER', 'deaf', ...rights, 'resetchannels');
    const log = new MemoryLog();
    const { rulesets } = openSources(`redis://deaf:deaf@127.0.0.1:${own.port}`, log);
    const ruleset = counted();
    rulesets.watch('a', ruleset.onHint);
    await own.publish('a', snapshotOf({ a: 1 }));
    expect(await rulesets.read('a')).toBeDefined();
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // Asked several times by now.
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: 'Cannot listen for hints, trying again',
        fields: {
          address: `127.0.0.1:${own.port}`,
          purpose: 'hints',
          reason: expect.stringMatching(/^NOPERM .*: the user lacks rights that docs\/deploy.md lists$/),
        },
      },
    ]);
    expect(ruleset.hints).toBe(0);
    await own.client.call('ACL', 'SETUSER', 'deaf', ...rights, 'allchannels');
    await expect.poll(() => ruleset.hints, { timeout: 5_000 }).toBe(1);
  });

  it('reads bytes as they were stored, also when they are no text', async () => {
    const { rulesets } = await emptied();
    const payload = Uint8Array.from({ length: 256 }, (_, byte) => 255 - byte);
    await put('a', { epoch: 1, version: 2, hash: 'a'.repeat(64), payload });
    expect(new Uint8Array((await rulesets.read('a'))?.payload ?? [])).toEqual(payload);
  });

  it('rejects what is not stored as a snapshot is, instead of calling it nothing', async () => {
    const { rulesets } = await emptied();
    const whole = { e: '1', v: '2', h: 'a'.repeat(64), payload: '{}' };
    const broken: Record<string, string>[] = [
      { ...whole, e: 'one' },
      { ...whole, v: '-1' },
      { ...whole, h: 'not hex' },
      { e: '1', v: '2', h: whole.h },
    ];
    for (const fields of broken) {
      await server.client.flushall();
      await server.client.hset(storeKeys.snapshot('a'), fields);
      await expect(rulesets.read('a'), JSON.stringify(fields)).rejects.toThrow('Cannot read document a');
    }
    await server.client.hset(storeKeys.positions, 'a', '1-2-abc');
    await expect(rulesets.position('a')).rejects.toThrow('Cannot read document a');
  });

  it('lets one source go on when the other was closed', async () => {
    const { rulesets, keys } = await emptied();
    const counter = counted();
    rulesets.watch('a', counter.onHint);
    await expect.poll(() => counter.hints).toBe(1);
    await keys.close();
    await expect(keys.read()).rejects.toThrow('closed');
    await put('a', snapshotOf({ a: 1 }));
    await expect.poll(() => counter.hints).toBe(2);
    expect(await rulesets.read('a')).toBeDefined();
    await rulesets.close();
    await expect(rulesets.read('a')).rejects.toThrow('closed');
  });

  it('shares one subscription among all watches', async () => {
    const { rulesets, keys } = await emptied();
    const counters = Array.from({ length: 20 }, counted);
    for (const [place, { onHint }] of counters.entries()) rulesets.watch(`environment-${place}`, onHint);
    keys.watch(() => {});
    await expect.poll(() => counters.every(({ hints }) => hints > 0)).toBe(true);
    expect(await subscriptionIds(server.client)).toHaveLength(1);
  });
});

async function subscriptionIds(client: RedisServer['client']): Promise<string[]> {
  const list = String(await client.call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
  return [...list.matchAll(/^id=(\d+) /gm)].map(([, id = '']) => id);
}
