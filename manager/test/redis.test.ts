import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keyRegistryDocument, storeKeys } from '@fauna-flags/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer } from '../../bearer/test/support/redis-server.ts';
import { BearerProcess } from './support/bearer-process.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { eventually, FaunaProcess } from './support/fauna-process.ts';
import { tellGooglePayStory, toggleGooglePay } from './support/google-pay.ts';
import { OpenStream } from './support/sse.ts';

const student = { key: 'user-1', state: 'Washington', student: true };

describe('a manager and a bearer in processes of their own, with Redis between them', () => {
  let database: TestDatabase;
  let redis: RedisServer;
  let manager: FaunaProcess;
  let bearer: BearerProcess;
  let keys: Awaited<ReturnType<typeof tellGooglePayStory>>;
  const streams: OpenStream[] = [];
  beforeAll(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), RedisServer.start()]);
    manager = await FaunaProcess.prepare({ DATABASE_URL: database.url, REDIS_URL: redis.url });
    bearer = new BearerProcess({ REDIS_URL: redis.url });
    await bearer.untilListening();
    // Nobody has published anything yet.
    expect((await fetch(`${bearer.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${bearer.url}/healthz`)).status).toBe(200);
    await manager.start();
    keys = await tellGooglePayStory(manager);
    await bearer.untilReady();
    await eventually(async () => (await connect()).status === 200, { what: 'the keys at the bearer' });
  });
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.close();
  });
  afterAll(async () => {
    await bearer.end();
    await manager.dispose();
    await redis.dispose();
    await database.close();
  });

  const connect = (key = keys.clientKey) =>
    fetch(`${bearer.url}/connect/client`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ context: student }),
    });

  async function open(key = keys.clientKey) {
    const stream = await OpenStream.open(`${bearer.url}/stream/client`, {
      method: 'POST',
      key,
      body: JSON.stringify({ context: student }),
    });
    streams.push(stream);
    await stream.frame('put');
    return stream;
  }

  const readiness = async () => (await fetch(`${manager.url}/readyz`)).json();

  it('a toggle at the manager is a patch at the streams of the bearer within a second', async () => {
    const stream = await open();
    expect(await (await connect()).json()).toMatchObject({ flags: { 'google-pay': { value: true } } });
    const startMs = performance.now();
    await toggleGooglePay(manager, false);
    const patch = await stream.frame('patch');
    expect(patch.atMs - startMs).toBeLessThan(1_000);
    expect(patch.data).toMatchObject({ flags: { 'google-pay': { value: false, reason: 'OFF' } } });
    await toggleGooglePay(manager, true);
    await stream.frame('patch', 2);
  });

  it('a server key gets the ruleset at the bearer, and OFREP is answered there', async () => {
    const ruleset = await fetch(`${bearer.url}/connect/server`, {
      headers: { authorization: `Bearer ${keys.serverKey}` },
    });
    expect(await ruleset.json()).toMatchObject({ schema: 1, flags: { 'google-pay': { enabled: true } } });
    const evaluated = await fetch(`${bearer.url}/ofrep/v1/evaluate/flags/google-pay`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.clientKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ context: { targetingKey: 'user-1', ...student } }),
    });
    expect(await evaluated.json()).toMatchObject({ key: 'google-pay', value: true });
  });

  it('the manager says where bearers are, and how its database and its store do', async () => {
    for (const path of ['/connect/client', '/stream/client', '/usage', '/ofrep/v1/evaluate/flags']) {
      const answer = await fetch(`${manager.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${keys.clientKey}` },
      });
      expect(answer.status, path).toBe(404);
      expect(await answer.json()).toMatchObject({
        code: 'not_found',
        detail: expect.stringContaining('bearer'),
      });
    }
    expect(await readiness()).toEqual({ ready: true, store: 'up', database: 'up' });
    expect((await manager.api('GET', '/meta')).body).toMatchObject({ mode: 'separate', example: null });
    expect(manager.output).not.toContain('google-pay'); // No sample, and so no keys of it.
  });

  it('a revoked key loses its open streams at the bearer within a second', async () => {
    const path = '/projects/demo/environments/production/sdk-keys';
    const created = await manager.api('POST', path, { name: 'Leaked', kind: 'client' });
    const { id, key } = created.body as { readonly id: string; readonly key: string };
    await eventually(async () => (await connect(key)).ok, { what: 'the new key at the bearer' });
    const stream = await open(key);
    const startMs = performance.now();
    expect((await manager.api('DELETE', `${path}/${id}`, undefined, { 'if-match': '*' })).status).toBe(204);
    expect((await stream.frame('revoked')).atMs - startMs).toBeLessThan(1_000);
    expect((await connect(key)).status).toBe(401);
  });

  it('a second manager on the same database and Redis reaches the same streams', async () => {
    const second = await FaunaProcess.prepare({ DATABASE_URL: database.url, REDIS_URL: redis.url });
    try {
      await second.start();
      const stream = await open();
      await toggleGooglePay(second, false);
      await stream.frame('patch');
      await toggleGooglePay(manager, true);
      await stream.frame('patch', 2);
    } finally {
      await second.dispose();
    }
  });

  it('Redis dies and comes back empty: all goes on, and streams get what was changed meanwhile', async () => {
    const stream = await open();
    await redis.kill();
    const startMs = performance.now();
    await toggleGooglePay(manager, false);
    expect(performance.now() - startMs).toBeLessThan(500); // Nobody who writes waits for Redis.
    expect((await manager.api('GET', '/projects')).status).toBe(200);
    expect(await (await connect()).json()).toMatchObject({ flags: { 'google-pay': { value: true } } });
    await eventually(async () => ((await readiness()) as { store: string }).store === 'away', {
      what: 'a manager that knows that its store is away',
    });
    expect((await fetch(`${manager.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${bearer.url}/readyz`)).status).toBe(200);
    await redis.start();
    expect((await stream.frame('patch', 1, 12_000)).data).toMatchObject({
      flags: { 'google-pay': { value: false } },
    });
    await eventually(async () => ((await readiness()) as { store: string }).store === 'up', {
      what: 'a manager that knows that its store is up',
    });
    // The subscription stands again as well: a change is pushed, not found by comparing.
    await eventually(async () => (await redis.client.pubsub('NUMSUB', '{fauna}:n'))[1] === 1, {
      what: 'the subscription',
    });
    const againMs = performance.now();
    await toggleGooglePay(manager, true);
    expect((await stream.frame('patch', 2)).atMs - againMs).toBeLessThan(1_000);
  });

  it('something else under the name of one document does not keep the others from being published', async () => {
    const created = await manager.api('POST', '/projects', { key: 'other', name: 'Other' });
    expect(created.status).toBe(201);
    const names = await eventually(
      async () => {
        const found = Object.keys(await redis.client.hgetall(storeKeys.positions));
        return found.length > 2 && found.map(storeKeys.snapshot);
      },
      { what: 'the documents of the new project' },
    );
    const before = await redis.client.hget(storeKeys.positions, keyRegistryDocument);
    for (const name of names) await redis.client.set(name, 'garbage');
    await redis.client.set(storeKeys.positions, 'garbage');
    await eventually(async () => (await redis.client.type(storeKeys.positions)) === 'hash', {
      what: 'a mended index',
    });
    await eventually(
      async () => {
        const kinds = await Promise.all(names.map((name) => redis.client.type(name)));
        return kinds.every((kind) => kind === 'hash');
      },
      { what: 'mended documents' },
    );
    expect(await redis.client.hget(storeKeys.positions, keyRegistryDocument)).toBe(before);
  });

  it('a Redis that takes no more is told of with its reason, and with nothing of what was to be published', async () => {
    manager.output = '';
    await redis.client.config('SET', 'maxmemory', 1);
    try {
      await toggleGooglePay(manager, false);
      await eventually(() => manager.output.includes('OOM'), { what: 'the reason in the log' });
      expect(manager.output).toContain('raise maxmemory');
      expect(await readiness()).toMatchObject({ ready: true, store: 'away' });
    } finally {
      await redis.client.config('SET', 'maxmemory', 0);
    }
    expect(manager.output).not.toMatch(/google-pay|"args"|"Buffer"|HSET/);
    await toggleGooglePay(manager, true);
    await eventually(async () => (await (await connect()).text()).includes('"value":true'), {
      what: 'the end of it',
    });
  });

  it('a bearer that starts later has everything at once, and says goodbye when it is stopped', async () => {
    const late = new BearerProcess({ REDIS_URL: redis.url });
    await late.untilReady();
    const stream = await OpenStream.open(`${late.url}/stream/client`, {
      method: 'POST',
      key: keys.clientKey,
      body: JSON.stringify({ context: student }),
    });
    expect((await stream.frame('put')).data).toMatchObject({ flags: { 'google-pay': { value: true } } });
    const ended = late.end('SIGTERM');
    expect((await stream.frame('goodbye')).data).toEqual({ delayMs: expect.any(Number) });
    expect(await ended).toBe(0);
    expect(late.output).not.toContain(redis.password);
  });

  it('a manager starts and takes changes without Redis, and publishes them when it comes', async () => {
    const [own, elsewhere] = [await createTestDatabase(), await RedisServer.prepare()];
    const lonely = await FaunaProcess.prepare({ DATABASE_URL: own.url, REDIS_URL: elsewhere.url });
    const waiting = new BearerProcess({ REDIS_URL: elsewhere.url });
    try {
      await lonely.start();
      const { clientKey } = await tellGooglePayStory(lonely);
      await waiting.untilListening();
      const early = await fetch(`${waiting.url}/connect/client`, {
        method: 'POST',
        headers: { authorization: `Bearer ${clientKey}` },
      });
      expect(early.status).toBe(503);
      expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(0);
      await elsewhere.start();
      await waiting.untilReady();
      const answer = await fetch(`${waiting.url}/connect/client`, {
        method: 'POST',
        headers: { authorization: `Bearer ${clientKey}` },
        body: JSON.stringify({ context: student }),
      });
      expect(await answer.json()).toMatchObject({ flags: { 'google-pay': { value: true } } });
    } finally {
      await waiting.end();
      await lonely.dispose();
      await elsewhere.dispose();
      await own.close();
    }
  });
});

describe('npm run bearer', () => {
  it('says in one sentence that it needs an address of Redis', async () => {
    const bearer = new BearerProcess({});
    expect(await bearer.ended()).toBe(1);
    expect(bearer.output).toContain('REDIS_URL must be set, like redis://localhost:6379');
    expect(bearer.output).not.toContain('    at ');
  });

  it('says in one sentence that its port is in use', async () => {
    const occupant = createServer();
    await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
    const { port } = occupant.address() as AddressInfo;
    const bearer = new BearerProcess({ REDIS_URL: 'redis://127.0.0.1:1', PORT: String(port) });
    expect(await bearer.ended()).toBe(1);
    expect(bearer.output).toContain(`Cannot listen on 127.0.0.1:${port}: the port is in use`);
    expect(bearer.output).not.toContain('    at ');
    occupant.close();
  });
});
