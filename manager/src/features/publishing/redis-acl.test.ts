import { readFileSync } from 'node:fs';
import { upstashSources } from '@fauna-flags/bearer';
import { explainRedisError, nodeClock, RedisLink, redisSources } from '@fauna-flags/bearer/node';
import { keyRegistryDocument, storeKeys } from '@fauna-flags/protocol';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BearerStore } from '../../../../bearer/src/bearer-store.ts';
import { snapshotOf } from '../../../../bearer/src/testing/documents.ts';
import { heartbeatOf } from '../../../../bearer/src/testing/heartbeat-of.ts';
import { RedisCluster } from '../../../../bearer/test/support/redis-cluster.ts';
import { RedisServer } from '../../../../bearer/test/support/redis-server.ts';
import { UpstashServer } from '../../../../bearer/test/support/upstash-server.ts';
import { storeUsageSource } from '../usage/index.ts';
import { redisCommands } from './redis-commands.ts';
import { redisStore } from './redis-store.ts';
import type { StoreCommands } from './store-commands.ts';
import { upstashCommands } from './upstash-commands.ts';

/** The lines as they stand in the docs, to be pasted. */
const docs = readFileSync(new URL('../../../../docs/deploy.md', import.meta.url), 'utf8');
function lineOf(user: string): readonly string[] {
  const [line] = new RegExp(`^ACL SETUSER ${user} .+$`, 'm').exec(docs) ?? [];
  if (line === undefined) throw new Error(`The docs have no line for ${user}`);
  return line.split(' ').slice(1);
}
const manager = lineOf('fauna-manager');
const bearer = lineOf('fauna-bearer');
const passwordIn = (line: readonly string[]) => line.find((part) => part.startsWith('>'))?.slice(1) ?? '';

const log = { info: () => {}, warn: () => {}, error: () => {} };
const ports = { clock: nodeClock, random: Math.random, log };
const record = {
  environmentId: 'a',
  keyId: 'k',
  receivedAt: 1,
  batch: { sdk: { name: 'tests', version: '1' }, window: { from: 0, to: 1 }, counts: [] },
};

/** Everything that both roles ever do; rejects when one of them may not. */
async function everything(commands: StoreCommands, sources: BearerStore): Promise<void> {
  const store = redisStore(commands);
  const usage = storeUsageSource(commands);
  try {
    let hints = 0;
    // Nothing is ever published there: its hint comes once the subscription stands and answers pings.
    sources.rulesets.watch('never-published', () => {
      hints += 1;
    });
    await store.compareAndSet('a', snapshotOf({ a: 1 }, { version: 1 }));
    await store.compareAndSet('a', { ...snapshotOf({ a: 1 }, { version: 1 }), signature: 'signed' });
    await store.compareAndSet('a', snapshotOf({ a: 2 }, { version: 2 }));
    await store.compareAndSet(keyRegistryDocument, snapshotOf({ keys: {} }));
    expect((await sources.rulesets.read('a'))?.version).toBe(2);
    expect((await sources.rulesets.position('a'))?.version).toBe(2);
    expect(await sources.keys.read()).toBeDefined();
    await expect.poll(() => hints, { timeout: 3_000, interval: 10 }).toBeGreaterThan(0);
    await sources.reportSink.report(heartbeatOf('bearer-a'));
    // The first question makes the group.
    expect(await usage.take()).toEqual([]);
    await sources.usage.record(record);
    const taken = await usage.take();
    expect(taken.map((each) => each.record)).toEqual([record]);
    await usage.done(taken.map(({ handle }) => handle));
    expect(await usage.take()).toEqual([]);
    expect((await store.heartbeats()).map(({ heartbeat }) => heartbeat.id)).toEqual(['bearer-a']);
    expect([...(await store.positions()).keys()].sort()).toEqual(['a', keyRegistryDocument]);
    await store.remove('a');
    expect([...(await store.positions()).keys()]).toEqual([keyRegistryDocument]);
  } finally {
    await store.close();
    await sources.rulesets.close();
    await sources.keys.close();
  }
}

describe('the rights that docs/deploy.md gives', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.dispose());

  async function setUser(line: readonly string[]): Promise<void> {
    await redis.client.call('ACL', 'DELUSER', line[1] ?? '');
    await redis.client.call('ACL', ...line);
  }

  async function asUsers(managerLine = manager, bearerLine = bearer): Promise<void> {
    await redis.client.flushall();
    await setUser(managerLine);
    await setUser(bearerLine);
    const url = (line: readonly string[]) => `redis://${line[1]}:${passwordIn(line)}@127.0.0.1:${redis.port}`;
    const link = new RedisLink({ ...ports, url: url(managerLine), purpose: 'test' });
    await everything(redisCommands(link), redisSources({ ...ports, url: url(bearerLine) }));
  }

  it('are enough for all that managers and bearers do', async () => {
    await asUsers();
  });

  it('are enough over the REST API of Upstash', async () => {
    await redis.client.flushall();
    await setUser(manager);
    await setUser(bearer);
    const upstash = await UpstashServer.start(redis);
    const token = (line: readonly string[]) => upstash.tokenOf(line[1] ?? '', passwordIn(line));
    const access = { url: upstash.url, explain: explainRedisError };
    await everything(
      upstashCommands({ ...access, token: token(manager) }),
      upstashSources({ ...ports, url: upstash.url, token: token(bearer), fetch }),
    );
    await upstash.dispose();
  });

  it('are enough in a cluster, with the one besides', async () => {
    const cluster = await RedisCluster.start();
    for (const line of [manager, bearer])
      await cluster.each((node) => node.client.call('ACL', ...line, '+cluster|slots'));
    const url = (line: readonly string[]) =>
      cluster.url.replace(`:${cluster.password}@`, `${line[1]}:${passwordIn(line)}@`);
    const link = new RedisLink({ ...ports, url: url(manager), purpose: 'test' });
    await everything(redisCommands(link), redisSources({ ...ports, url: url(bearer) }));
    await cluster.dispose();
  }, 60_000);

  const grants = (line: readonly string[]) => line.filter((part) => /^([+~&]|%)/.test(part));

  it.each(grants(manager))('hold nothing for a manager that it does not need: %s', async (grant) => {
    await expect(asUsers(manager.filter((part) => part !== grant))).rejects.toThrow();
  });

  it.each(grants(bearer))('hold nothing for a bearer that it does not need: %s', async (grant) => {
    await expect(
      asUsers(
        manager,
        bearer.filter((part) => part !== grant),
      ),
    ).rejects.toThrow();
  });

  const forbidden: readonly (readonly string[])[] = [
    ['FLUSHALL'],
    ['FLUSHDB'],
    ['KEYS', '*'],
    ['CONFIG', 'GET', '*'],
    ['CONFIG', 'SET', 'maxmemory', '1'],
    ['ACL', 'LIST'],
    ['ACL', 'SETUSER', 'fauna-bearer', '+@all'],
    ['INFO'],
    ['MONITOR'],
    ['CLIENT', 'KILL', 'TYPE', 'normal'],
    ['SHUTDOWN', 'NOSAVE'],
    ['REPLICAOF', 'NO', 'ONE'],
    ['SAVE'],
    ['SCRIPT', 'FLUSH'],
    ['FUNCTION', 'LIST'],
    ['GET', 'other'],
    ['SET', 'other', '1'],
    ['SUBSCRIBE', 'other'],
    ['PUBLISH', 'other', '1'],
    ['XGROUP', 'DESTROY', storeKeys.usage, 'managers'],
    ['XTRIM', storeKeys.usage, 'MAXLEN', '0'],
  ];
  const forbiddenToBearers: readonly (readonly string[])[] = [
    ...forbidden,
    ['EVAL', 'return 1', '0'],
    ['EVALSHA', '0'.repeat(40), '0'],
    ['FCALL', 'f', '0'],
    ['SCAN', '0'],
    ['HSET', storeKeys.snapshot('a'), 'e', '9'],
    ['SET', storeKeys.snapshot('a'), '1'],
    ['DEL', storeKeys.snapshot('a')],
    ['EXPIRE', storeKeys.snapshot('a'), '1'],
    ['HSET', storeKeys.positions, 'a', '9'],
    ['SET', storeKeys.positions, '1'],
    ['GET', storeKeys.bearer('other')],
    ['SET', storeKeys.bearer('other'), '1', 'GET'],
    ['DEL', storeKeys.bearer('other')],
    ['XRANGE', storeKeys.usage, '-', '+'],
    ['XREADGROUP', 'GROUP', 'managers', 'managers', 'STREAMS', storeKeys.usage, '>'],
    ['XDEL', storeKeys.usage, '1-1'],
    ['XACK', storeKeys.usage, 'managers', '1-1'],
    ['SET', '{fauna}:new', '1'],
    ['PUBLISH', storeKeys.hints, 'a 1 1 00000000'],
    ['PSUBSCRIBE', '*'],
  ];

  it.each([
    ['fauna-manager', manager, forbidden],
    ['fauna-bearer', bearer, forbiddenToBearers],
  ] as const)('let %s do nothing else', async (user, line, commands) => {
    await setUser(line);
    const client = new Redis(`redis://${user}:${passwordIn(line)}@127.0.0.1:${redis.port}`, {
      enableReadyCheck: false,
      disableClientInfo: true,
    });
    await redis.client.hset(storeKeys.snapshot('a'), 'e', '1');
    for (const [name = '', ...args] of commands) {
      const answer = await client.call(name, ...args).catch((error: Error) => error.message);
      expect(String(answer), [name, ...args].join(' ')).toMatch(/^NOPERM/);
    }
    expect(await redis.client.hget(storeKeys.snapshot('a'), 'e')).toBe('1');
    client.disconnect();
  });
});
