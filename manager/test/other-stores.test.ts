import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisCluster } from '../../bearer/test/support/redis-cluster.ts';
import { RedisSentinel } from '../../bearer/test/support/redis-sentinel.ts';
import { RedisServer } from '../../bearer/test/support/redis-server.ts';
import { UpstashServer } from '../../bearer/test/support/upstash-server.ts';
import { BearerProcess } from './support/bearer-process.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { eventually, FaunaProcess } from './support/fauna-process.ts';
import { tellGooglePayStory, toggleGooglePay } from './support/google-pay.ts';
import { OpenStream } from './support/sse.ts';

interface RunningStore {
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  dispose(): Promise<void>;
}

const stores: readonly { readonly name: string; start(): Promise<RunningStore> }[] = [
  {
    name: 'Upstash between them, over REST',
    async start() {
      const redis = await RedisServer.start();
      const upstash = await UpstashServer.start(redis);
      return {
        settings: { UPSTASH_REDIS_REST_URL: upstash.url, UPSTASH_REDIS_REST_TOKEN: upstash.token },
        secrets: [upstash.token],
        async dispose() {
          await upstash.dispose();
          await redis.dispose();
        },
      };
    },
  },
  {
    name: 'sentinels',
    async start() {
      const redis = await RedisSentinel.start();
      return {
        settings: { REDIS_URL: redis.url },
        secrets: [redis.primary.password, redis.sentinel.password],
        dispose: () => redis.dispose(),
      };
    },
  },
  {
    name: 'a cluster',
    async start() {
      const redis = await RedisCluster.start();
      return {
        settings: { REDIS_URL: redis.url },
        secrets: [redis.password],
        dispose: () => redis.dispose(),
      };
    },
  },
];

describe.each(stores)('a manager and a bearer with $name', ({ start }) => {
  let database: TestDatabase;
  let store: RunningStore;
  let manager: FaunaProcess;
  let bearer: BearerProcess;
  beforeAll(async () => {
    [database, store] = await Promise.all([createTestDatabase(), start()]);
    manager = await FaunaProcess.prepare({ DATABASE_URL: database.url, ...store.settings });
    bearer = new BearerProcess(store.settings);
    await manager.start();
  }, 120_000);
  afterAll(async () => {
    await bearer.end();
    await manager.dispose();
    await store.dispose();
    await database.close();
  });

  it('a toggle at the manager is a patch at a stream of the bearer within a second', async () => {
    const keys = await tellGooglePayStory(manager);
    await bearer.untilReady();
    const body = JSON.stringify({ context: { key: 'user-1', state: 'Washington', student: true } });
    const headers = { authorization: `Bearer ${keys.clientKey}` };
    const connect = () => fetch(`${bearer.url}/connect/client`, { method: 'POST', headers, body });
    await eventually(async () => (await (await connect()).text()).includes('"value":true'), {
      what: 'the newest state at the bearer',
    });
    const stream = await OpenStream.open(`${bearer.url}/stream/client`, {
      method: 'POST',
      key: keys.clientKey,
      body,
    });
    expect((await stream.frame('put')).data).toMatchObject({ flags: { 'google-pay': { value: true } } });
    const startMs = performance.now();
    await toggleGooglePay(manager, false);
    const patch = await stream.frame('patch');
    expect(patch.atMs - startMs).toBeLessThan(1_000);
    expect(patch.data).toMatchObject({ flags: { 'google-pay': { value: false } } });
    stream.close();
    for (const secret of store.secrets) expect(manager.output + bearer.output).not.toContain(secret);
  });
});
