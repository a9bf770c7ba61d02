import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Delivery } from '@fauna-flags/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer } from '../../bearer/test/support/redis-server.ts';
import { BearerProcess } from './support/bearer-process.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { eventually, FaunaProcess } from './support/fauna-process.ts';
import { tellGooglePayStory, toggleGooglePay } from './support/google-pay.ts';
import { OpenStream } from './support/sse.ts';

const token = 'a-token-of-bearers-that-tests-have-chosen';
/** What was started, the last first: also of a start that has failed half way. */
const endings: (() => Promise<unknown>)[] = [];
const endAll = async () => {
  for (const end of endings.splice(0).reverse()) await end();
};

const student = { key: 'user-1', state: 'Washington', student: true };

describe('two managers, a bearer that reads from Redis, and one behind it', () => {
  let folder: string;
  let database: TestDatabase;
  let redis: RedisServer;
  let managers: readonly [FaunaProcess, FaunaProcess];
  let first: BearerProcess;
  let second: BearerProcess;
  let keys: Awaited<ReturnType<typeof tellGooglePayStory>>;
  let isOn = true;
  const streams: OpenStream[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fauna-fallback-'));
    endings.push(() => rm(folder, { recursive: true, force: true }));
    [database, redis] = await Promise.all([createTestDatabase(), RedisServer.start()]);
    endings.push(
      () => database.close(),
      () => redis.dispose(),
    );
    const settings = { DATABASE_URL: database.url, REDIS_URL: redis.url, FAUNA_BEARER_TOKEN: token };
    const [one, other] = [await FaunaProcess.prepare(settings), await FaunaProcess.prepare(settings)];
    managers = [one, other];
    for (const manager of managers) endings.push(() => manager.dispose());
    await one.start();
    await other.start();
    keys = await tellGooglePayStory(one);
    first = new BearerProcess({
      REDIS_URL: redis.url,
      MANAGER_URL: `${one.url},${other.url}`,
      FAUNA_BEARER_TOKEN: token,
      FAUNA_BEARER_ID: 'first',
      FAUNA_DATA_DIR: join(folder, 'first'),
    });
    endings.push(() => first.end());
    await first.untilReady();
    second = new BearerProcess({
      MANAGER_URL: first.url,
      FAUNA_BEARER_TOKEN: token,
      FAUNA_BEARER_ID: 'second',
      FAUNA_DATA_DIR: join(folder, 'second'),
    });
    endings.push(() => second.end());
    await second.untilReady();
  }, 120_000);
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.close();
  });
  afterAll(endAll);

  async function open(bearer: BearerProcess): Promise<OpenStream> {
    const stream = await OpenStream.open(`${bearer.url}/stream/client`, {
      method: 'POST',
      key: keys.clientKey,
      body: JSON.stringify({ context: student }),
    });
    streams.push(stream);
    await stream.frame('put');
    return stream;
  }

  async function toggle(manager: FaunaProcess): Promise<number> {
    isOn = !isOn;
    const startMs = performance.now();
    await toggleGooglePay(manager, isOn);
    return startMs;
  }

  const sourceOf = async (bearer: BearerProcess) =>
    ((await (await fetch(`${bearer.url}/readyz`)).json()) as { readonly source: string }).source;

  const bearersAt = async (manager: FaunaProcess) => {
    const { body } = await manager.api('GET', '/projects/demo/environments/production/delivery');
    const { version, deliveredVersion, bearers } = body as Delivery;
    return {
      version,
      deliveredVersion,
      bearers: bearers.map(({ id, version, source }) => ({ id, version, source })),
    };
  };

  it('a change reaches the bearer behind at once, and both managers know it from both bearers', async () => {
    const stream = await open(second);
    const startMs = await toggle(managers[0]);
    const patch = await stream.frame('patch');
    expect(patch.atMs - startMs).toBeLessThan(3_000);
    expect([await sourceOf(first), await sourceOf(second)]).toEqual(['store', 'fallback']);
    for (const manager of managers)
      await eventually(
        async () => {
          const { version, deliveredVersion, bearers } = await bearersAt(manager);
          const isAll = bearers.length === 2 && bearers.every((bearer) => bearer.version === version);
          return isAll && deliveredVersion === version && bearers[1]?.source === 'fallback';
        },
        { what: 'both bearers at the newest version' },
      );
  });

  it('a token that is none opens nothing, at managers and at bearers', async () => {
    for (const url of [managers[0].url, first.url])
      for (const key of ['', keys.clientKey, keys.serverKey, managers[0].adminToken])
        for (const path of ['/api/bearer/v1/stream', '/api/bearer/v1/heartbeat']) {
          const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } });
          expect([url, path, answer.status]).toEqual([url, path, 401]);
        }
    const admin = await fetch(`${managers[0].url}/api/v1/projects`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(admin.status).toBe(401);
  });

  it('with Redis and one manager gone, a change still arrives within 15 s; Redis is read again 5 s after its return', async () => {
    const [one, other] = managers;
    const [near, far] = [await open(first), await open(second)];
    await redis.kill();
    await one.end('SIGKILL');
    const startMs = await toggle(other);
    for (const stream of [near, far]) {
      const patch = await stream.frame('patch', 1, 20_000);
      expect(patch.atMs - startMs).toBeLessThan(15_000);
      expect(patch.data).toMatchObject({ flags: { 'google-pay': { value: isOn } } });
    }
    expect(await sourceOf(first)).toBe('fallback');
    // From here on each change is pushed, as fast as ever.
    const againMs = await toggle(other);
    expect((await near.frame('patch', 2)).atMs - againMs).toBeLessThan(3_000);
    await eventually(
      async () =>
        (await bearersAt(other)).bearers.some(({ id, source }) => id === 'first' && source === 'fallback'),
      { what: 'the report of a bearer that reads from a manager' },
    );

    await redis.start();
    const returnedMs = performance.now();
    await eventually(async () => (await sourceOf(first)) === 'store', { what: 'the way back to Redis' });
    expect(performance.now() - returnedMs).toBeLessThan(6_000);
    await eventually(async () => {
      const { version, deliveredVersion } = await bearersAt(other);
      return deliveredVersion === version;
    });
    const lastMs = await toggle(other);
    expect((await near.frame('patch', 3)).atMs - lastMs).toBeLessThan(5_000);
    expect((await far.frame('patch', 3)).atMs - lastMs).toBeLessThan(5_000);
  }, 60_000);

  it('with all of it gone, both bearers serve what they have', async () => {
    await redis.kill();
    for (const manager of managers) await manager.end('SIGKILL');
    await eventually(async () => (await sourceOf(first)) === 'none', { what: 'a bearer on its own' });
    for (const bearer of [first, second]) {
      const answer = await fetch(`${bearer.url}/connect/client`, {
        method: 'POST',
        headers: { authorization: `Bearer ${keys.clientKey}` },
        body: JSON.stringify({ context: student }),
      });
      expect(await answer.json()).toMatchObject({ flags: { 'google-pay': { value: isOn } } });
      expect((await fetch(`${bearer.url}/readyz`)).status).toBe(200);
    }
    for (const bearer of [first, second]) expect(bearer.output).not.toContain(token);
  }, 60_000);
});

describe('all in one process, and a bearer that reads from it', () => {
  let folder: string;
  let database: TestDatabase;
  let fauna: FaunaProcess;
  let bearer: BearerProcess;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fauna-fallback-'));
    endings.push(() => rm(folder, { recursive: true, force: true }));
    database = await createTestDatabase();
    endings.push(() => database.close());
    fauna = await FaunaProcess.prepare({ DATABASE_URL: database.url, FAUNA_BEARER_TOKEN: token });
    endings.push(() => fauna.dispose());
    await fauna.start();
    bearer = new BearerProcess({
      MANAGER_URL: fauna.url,
      FAUNA_BEARER_TOKEN: token,
      FAUNA_BEARER_ID: 'elsewhere',
      FAUNA_DATA_DIR: folder,
    });
    endings.push(() => bearer.end());
    await bearer.untilListening();
  }, 120_000);
  afterAll(endAll);

  it('serve the same, and the manager knows of both', async () => {
    const { clientKey } = await tellGooglePayStory(fauna);
    const valuesAt = async (url: string) => {
      const answer = await fetch(`${url}/connect/client`, {
        method: 'POST',
        headers: { authorization: `Bearer ${clientKey}` },
        body: JSON.stringify({ context: student }),
      });
      const { flags } = (await answer.json()) as { readonly flags?: object };
      return flags;
    };
    await eventually(() => valuesAt(bearer.url), { what: 'values of a bearer without a store' });
    expect(await valuesAt(bearer.url)).toEqual(await valuesAt(fauna.url));
    const known = await eventually(
      async () => {
        const { body } = await fauna.api('GET', '/projects/demo/environments/production/delivery');
        const { version, bearers } = body as Delivery;
        return bearers.length === 2 && bearers.every((each) => each.version === version) && bearers;
      },
      { what: 'the reports of both bearers' },
    );
    expect(known.map(({ source }) => source).sort()).toEqual(['fallback', 'store']);
    expect(known.map(({ id }) => id)).toContain('elsewhere');
  }, 60_000);
});
