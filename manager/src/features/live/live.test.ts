import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { serve } from '@hono/node-server';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminToken, anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { eventually } from '../../../test/support/fauna-process.ts';
import { createPerson } from '../../../test/support/people.ts';
import { OpenStream } from '../../../test/support/sse.ts';
import { createOwner, ownPage, signIn, visitor } from '../../../test/support/visitor.ts';
import { createDatabase, createPool } from '../../platform/database/index.ts';
import { adminPrincipal } from '../../platform/http/index.ts';
import { LiveFeed } from './live-feed.ts';

let api: TestApi;
let server: ReturnType<typeof serve>;
let url: string;
const open: OpenStream[] = [];
beforeAll(async () => {
  api = await createTestApi();
  await createOwner(api);
  server = serve({ fetch: api.app.fetch, port: 0, hostname: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/api/v1/live`;
});
afterAll(async () => {
  for (const stream of open) stream.close();
  server.close();
  await api.close();
});

async function listen(headers: Record<string, string> = { authorization: `Bearer ${adminToken}` }) {
  const stream = await OpenStream.open(url, { headers });
  open.push(stream);
  await stream.frame('hb');
  return stream;
}

const changesOf = (stream: OpenStream) => stream.frames.filter(({ event }) => event === 'change');
const create = (key: string) => api.must('POST', '/projects', { key, name: key });

/** What another manager commits: an entry that nobody here is nudged about. */
const insertEntry = (client: pg.Client | pg.Pool, key: string, environment: string | null = null) =>
  client.query(
    // Of a project of its own: the entries of one project are committed in the order of their ids.
    `INSERT INTO audit_entries (at, project_id, environment, actor, action, entity_kind, entity_key)
     VALUES (now(), gen_random_uuid(), $2, 'other', 'flag.create', 'flag', $1)`,
    [key, environment],
  );

describe('GET /live', () => {
  it('tells each change from now on once, with what it was about, to everybody who listens', async () => {
    await create('before');
    const [one, other] = [await listen(), await listen({ cookie: await signIn(api) })];
    expect(one.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(one.response.headers.get('cache-control')).toBe('no-store');
    await create('shop');
    await api.must('POST', '/projects/shop/flags', { key: 'pay', name: 'Pay', kind: 'boolean' });
    await api.must('POST', '/projects/shop/flags/pay/environments/staging/toggle', { enabled: true });
    await one.frame('change', 3);
    await other.frame('change', 3);
    const told = changesOf(one).map(({ data }) => data);
    expect(told).toEqual([
      expect.objectContaining({ action: 'project.create', project: 'shop', environment: null }),
      expect.objectContaining({ action: 'flag.create', entity: { kind: 'flag', key: 'pay' } }),
      {
        id: expect.stringMatching(/^\d+$/),
        at: expect.stringMatching(/^\d{4}-.*Z$/),
        actor: 'admin-token',
        action: 'configuration.toggle',
        entity: { kind: 'flag', key: 'pay' },
        project: 'shop',
        environment: 'staging',
      },
    ]);
    expect(changesOf(other).map(({ data }) => data)).toEqual(told);
    expect(changesOf(one).map(({ id }) => id)).toEqual(told.map(({ id }) => id));
  });

  it('tells a change of this process at once, and one of another manager within 1.5 s', async () => {
    const stream = await listen();
    const startedAt = performance.now();
    await create('near');
    expect((await stream.frame('change')).atMs - startedAt).toBeLessThan(700);
    const committedAt = performance.now();
    await insertEntry(api.database.pool, 'far');
    const { data, atMs } = await stream.frame('change', 2);
    expect(data).toMatchObject({ actor: 'other', project: null, entity: { kind: 'flag', key: 'far' } });
    expect(atMs - committedAt).toBeLessThan(1_500);
  });

  it('misses no entry that commits after one with a higher id', async () => {
    const stream = await listen();
    const slow = new pg.Client({ connectionString: api.url });
    await slow.connect();
    await slow.query('BEGIN');
    await insertEntry(slow, 'slow');
    await insertEntry(api.database.pool, 'fast');
    expect((await stream.frame('change')).data).toMatchObject({ entity: { key: 'fast' } });
    await slow.query('COMMIT');
    expect((await stream.frame('change', 2)).data).toMatchObject({ entity: { key: 'slow' } });
    await slow.end();
    await create('last');
    await stream.frame('change', 3);
    expect(changesOf(stream).length).toBe(3);
  });

  it('tells no secret, whatever was changed', async () => {
    const stream = await listen();
    const key = await api.must('POST', '/projects/shop/environments/production/sdk-keys', {
      name: 'Server',
      kind: 'server',
    });
    await stream.frame('change');
    expect(JSON.stringify(stream.frames)).not.toContain(key.key);
  });

  it('S-34 tells everybody what they may read, of what they have become, and of their project’s end', async () => {
    await create('mine');
    await create('theirs');
    const member = await createPerson(api, { email: 'member@example.com', roles: { mine: 'viewer' } });
    const stream = await listen({ cookie: member.cookie });
    const told = () => changesOf(stream).map(({ data }) => `${data.action} ${data.project}`);
    // What one may read is asked when it is told. So the change has been told before there is any right to it.
    const everything = await listen();
    await api.must('PATCH', '/projects/theirs', { name: 'Secret' }, anyRevision);
    await everything.frame('change');
    await api.must('POST', '/projects/theirs/members', { email: 'member@example.com', role: 'viewer' });
    await eventually(() => told().length === 1);
    await api.must('PATCH', '/projects/mine', { name: 'Ours' }, anyRevision);
    await eventually(() => told().length === 2);
    await api.must('DELETE', `/projects/mine/members/${member.user.id}`, undefined, anyRevision);
    await api.must('PATCH', '/projects/mine', { name: 'Not yours' }, anyRevision);
    await api.must('DELETE', '/projects/theirs', undefined, anyRevision);
    await eventually(() => told().length === 3);
    expect(told()).toEqual(['member.create theirs', 'project.update mine', 'project.delete null']);
  });

  it('S-39 writes whatever stands in an entry as one frame', async () => {
    const stream = await listen();
    await insertEntry(api.database.pool, 'a\r\nevent: hb\ndata: {}\n\nb');
    expect((await stream.frame('change')).data).toMatchObject({
      entity: { key: 'a\r\nevent: hb\ndata: {}\n\nb' },
    });
    expect(stream.frames.length).toBe(2);
  });

  it('wants a token or a session, and ends nothing that HEAD would leave open', async () => {
    expect((await fetch(url)).status).toBe(401);
    const before = api.live.size;
    const head = await fetch(url, { method: 'HEAD', headers: { authorization: `Bearer ${adminToken}` } });
    expect([head.status, api.live.size]).toEqual([200, before]);
  });

  it('S-31 ends with its session, at once on sign-out here and within seconds when another manager ends it', async () => {
    const [mine, elsewhere] = [await signIn(api), await signIn(api)];
    const [first, second, token] = [
      await listen({ cookie: mine }),
      await listen({ cookie: elsewhere }),
      await listen(),
    ];
    await visitor(api).call('DELETE', '/session', undefined, { cookie: mine, ...ownPage });
    await eventually(() => first.ended, { patienceMs: 500, what: 'the end of the stream' });
    expect(second.ended).toBe(false);
    await api.database.pool.query('DELETE FROM sessions');
    await eventually(() => second.ended, { patienceMs: 5_000, what: 'the end of the other stream' });
    expect(token.ended).toBe(false);
    expect((await fetch(url, { headers: { cookie: mine } })).status).toBe(401);
  });

  it('opens fifty streams for one session or token, and gives the room back', async () => {
    const cookie = await signIn(api);
    const streams = await Promise.all(Array.from({ length: 50 }, () => listen({ cookie })));
    const refused = await fetch(url, { headers: { cookie } });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
    await listen();
    for (const stream of streams.slice(0, 5)) stream.close();
    await eventually(async () => (await fetch(url, { method: 'HEAD', headers: { cookie } })).ok);
    await eventually(() =>
      OpenStream.open(url, { headers: { cookie } }).then((stream) => {
        open.push(stream);
        return stream.response.status === 200;
      }),
    );
  });

  it('cuts a reader that takes nothing, and goes on for the others', async () => {
    const token = `Bearer ${adminToken}`;
    const patient = await listen();
    const before = api.live.size;
    const lazy = httpRequest(url, { headers: { authorization: token } }).end();
    const [response] = await once(lazy, 'response');
    response.pause();
    lazy.on('error', () => {});
    await eventually(() => api.live.size === before + 1);
    // More than the socket's buffers and the bound together hold.
    const huge = 'x'.repeat(250_000);
    for (let sent = 1; api.live.size > before; sent += 1) {
      await insertEntry(api.database.pool, 'huge', huge);
      api.live.nudge();
      await patient.frame('change', sent, 20_000);
    }
    lazy.destroy();
    await insertEntry(api.database.pool, 'after');
    await eventually(
      () => changesOf(patient).some(({ data }) => (data.entity as { key: string }).key === 'after'),
      { what: 'a change after the cut' },
    );
    expect(patient.ended).toBe(false);
  });

  it('asks the database for nothing while nobody listens', async () => {
    for (const stream of open.splice(0)) stream.close();
    await eventually(() => api.live.size === 0);
    let asked = 0;
    const { pool } = api.database;
    pool.on('acquire', () => (asked += 1));
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    expect(asked).toBe(0);
  });
});

describe('LiveFeed', () => {
  const nobody = { alive: async () => new Set<string>(), onEnd: () => () => {} };
  const feedOver = (database: TestApi['database'], logged: unknown[] = []) =>
    new LiveFeed({
      database,
      sessions: nobody,
      principals: { again: async (principal) => principal },
      now: () => performance.now(),
      log: { warn: (...args) => logged.push(args) },
    });
  const token = { principal: adminPrincipal(''), sessionId: undefined, hangUp: undefined };

  it('ends every stream when it is closed, and opens none after', async () => {
    const feed = feedOver(api.database);
    const reader = (await feed.open(token)).getReader();
    await reader.read();
    feed.close();
    expect(await reader.read()).toEqual({ done: true, value: undefined });
    expect(feed.size).toBe(0);
    await expect(feed.open(token)).rejects.toMatchObject({ code: 'not_ready' });
  });

  it('opens no stream while the database is away, and keeps no room for it', async () => {
    const pool = createPool({ url: 'postgres://nobody@127.0.0.1:1/none' });
    const feed = feedOver(createDatabase(pool));
    for (let times = 0; times < 60; times += 1) {
      await expect(feed.open(token)).rejects.toThrow(/ECONNREFUSED|Failed query/);
    }
    feed.close();
    await pool.end();
  });

  it('says once that it cannot read, holds its streams, and goes on where it was', async () => {
    const pool = createPool({ url: api.url });
    const logged: unknown[] = [];
    const feed = feedOver(createDatabase(pool), logged);
    const reader = (await feed.open(token)).getReader();
    await reader.read();
    const { rows } = await api.database.pool.query('SELECT current_database() AS name');
    const { name } = rows[0];
    await api.asOwner('ALTER TABLE audit_entries RENAME TO audit_entries_away');
    feed.nudge();
    await eventually(() => logged.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(logged.length).toBe(1);
    await api.asOwner('ALTER TABLE audit_entries_away RENAME TO audit_entries');
    await insertEntry(api.database.pool, `back-in-${name}`);
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toContain(`back-in-${name}`);
    feed.close();
    await pool.end();
  });
});
