import { randomUUID } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { eq, sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { adminToken, createTestApp } from '../../../test/support/api.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { createDatabase, createPool, type Database, isUnavailable, migrate, projects } from './index.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

/** Asks the API over a database for something that reads and something that writes. */
async function ask(database: Database): Promise<{ responses: Response[]; logged: unknown[] }> {
  const { app, logged } = createTestApp(database);
  const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
  const responses = await Promise.all([
    app.request('/api/v1/projects', { headers }),
    app.request('/api/v1/projects/demo', {
      method: 'PATCH',
      headers: { ...headers, 'if-match': '*' },
      body: '{"name":"N"}',
    }),
  ]);
  return { responses, logged };
}

async function expectRetryable(database: Database): Promise<void> {
  const { responses } = await ask(database);
  for (const response of responses) {
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await response.json()).toMatchObject({ code: 'retryable' });
  }
}

describe('a transaction', () => {
  const named = (key: string) =>
    test.database.read.insert(projects).values({
      key,
      name: 'N',
      searchText: key,
      id: randomUUID(),
      createdAt: new Date(),
      updatedAt: new Date(),
    });
  const keys = async () =>
    (await test.database.read.select({ key: projects.key }).from(projects)).map(({ key }) => key);

  it('has done at the commit what was given to later, in its order', async () => {
    await test.database.transaction(async (tx, later) => {
      later(named('later-1'));
      later(tx.update(projects).set({ name: 'M' }).where(eq(projects.key, 'later-1')));
      const [row] = await tx.select().from(projects).where(eq(projects.key, 'later-1'));
      expect(row?.name).toBe('M');
    });
    expect(await keys()).toContain('later-1');
  });

  it('fails with what has failed of it, and leaves nothing', async () => {
    await named('taken');
    const failing = test.database.transaction(async (tx, later) => {
      later(named('later-2'));
      later(named('taken'));
      await tx.select().from(projects);
      later(named('later-3'));
    });
    await expect(failing).rejects.toMatchObject({ code: '23505' });
    const atTheEnd = test.database.transaction(async (_tx, later) => {
      later(named('later-4'));
      later(named('taken'));
    });
    await expect(atTheEnd).rejects.toMatchObject({ code: '23505' });
    expect((await keys()).filter((key) => key.startsWith('later'))).toEqual(['later-1']);
    await test.database.transaction(async (tx) => void (await tx.select().from(projects)));
  });
});

describe('the API without its database', () => {
  it('answers 503 retryable when nobody listens', async () => {
    const pool = createPool({ url: 'postgres://nobody@127.0.0.1:1/none' });
    await expectRetryable(createDatabase(pool));
    await pool.end();
  });

  it('answers 503 retryable within seconds when the server takes connections and says nothing', async () => {
    const server = await listen();
    const pool = createPool({
      url: `postgres://nobody@127.0.0.1:${portOf(server)}/none`,
      connectTimeoutMs: 500,
    });
    const startMs = performance.now();
    await expectRetryable(createDatabase(pool));
    expect(performance.now() - startMs).toBeLessThan(4_000);
    await pool.end();
    server.close();
  });

  it('answers 503 retryable within seconds when the server freezes under connections that are open, and goes on when it thaws', async () => {
    const wire = await freezableWire(test.url);
    const pool = createPool({ url: wire.url, statementTimeoutMs: 500, connectTimeoutMs: 500 });
    const database = createDatabase(pool);
    await insertDemo(database);
    expect((await ask(database)).responses.map(({ status }) => status)).toEqual([200, 200]);
    wire.freeze();
    const startMs = performance.now();
    await expectRetryable(database);
    expect(performance.now() - startMs).toBeLessThan(4_000);
    wire.thaw();
    expect((await ask(database)).responses.map(({ status }) => status)).toEqual([200, 200]);
    await pool.end();
    wire.close();
  });

  it('answers 503 retryable to a writer when a lock is held too long, and goes on afterwards', async () => {
    const pool = createPool({ url: test.url, lockTimeoutMs: 150 });
    const database = createDatabase(pool);
    await insertDemo(database);
    const holder = new pg.Client({ connectionString: test.url });
    await holder.connect();
    await holder.query('BEGIN; SELECT 1 FROM projects FOR UPDATE');
    const held = await ask(database);
    expect(held.responses.map(({ status }) => status)).toEqual([200, 503]);
    await holder.query('ROLLBACK');
    await holder.end();
    const free = await ask(database);
    expect(free.responses.map(({ status }) => status)).toEqual([200, 200]);
    await pool.end();
  });

  it('survives connections that the server ends, idle and in the middle of a transaction', async () => {
    const pool = createPool({ url: test.url });
    const database = createDatabase(pool);
    await insertDemo(database);
    const broken = database.transaction(async (tx) => {
      await tx.select().from(projects);
      await endOthers();
      await tx.select().from(projects);
    });
    await expect(broken).rejects.toSatisfy(isUnavailable);
    expect((await ask(database)).responses.map(({ status }) => status)).toEqual([200, 200]);
    await pool.end();
  });

  it('answers 500 once without details, and logs it, when the database itself is wrong', async () => {
    const url = new URL(test.url);
    url.pathname = '/postgres';
    const pool = createPool({ url: url.toString() });
    const { responses, logged } = await ask(createDatabase(pool));
    for (const response of responses) {
      expect(response.status).toBe(500);
      expect(await response.json()).toEqual({
        type: 'urn:fauna:problem:internal',
        title: 'Internal',
        status: 500,
        code: 'internal',
        detail: 'Cannot answer: something unexpected happened, and it was logged',
        id: response.headers.get('x-request-id'),
      });
    }
    expect(logged.length).toBe(2);
    await pool.end();
  });
});

describe('transaction()', () => {
  it('commits what resolves and takes back what rejects', async () => {
    const count = async () => (await test.database.read.select().from(projects)).length;
    const before = await count();
    const insert = (
      key: string,
    ) => sql`INSERT INTO projects (id, key, name, search_text, created_at, updated_at)
      VALUES (gen_random_uuid(), ${key}, 'N', 'n', now(), now())`;
    await test.database.transaction((tx) => tx.execute(insert('committed')));
    expect(await count()).toBe(before + 1);
    const rejected = test.database.transaction(async (tx) => {
      await tx.execute(insert('taken-back'));
      throw new Error('No');
    });
    await expect(rejected).rejects.toThrow('No');
    expect(await count()).toBe(before + 1);
    const failed = test.database.transaction((tx) => tx.execute(insert('committed')));
    await expect(failed).rejects.toThrow();
    expect(await count()).toBe(before + 1);
    const hidden = test.database.transaction(async (tx) => {
      await tx.execute(insert('swallowed'));
      await tx.execute(insert('committed')).catch(() => 'nobody hears of it');
    });
    await expect(hidden).rejects.toThrow('The transaction was rolled back');
    expect(await count()).toBe(before + 1);
  });
});

describe('migrate()', () => {
  it('lets managers that start at once migrate an empty database once', async () => {
    const name = `migrate_${process.pid}_${Date.now()}`;
    const admin = new pg.Client({ connectionString: inject('postgresUrl') });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${name}`);
    const url = new URL(inject('postgresUrl'));
    url.pathname = `/${name}`;
    const pools = Array.from({ length: 4 }, () => createPool({ url: url.toString() }));
    await Promise.all(pools.map(migrate));
    await Promise.all(pools.map(migrate));
    const [pool] = pools;
    const { rows } = (await pool?.query(
      'SELECT count(*)::int AS applied FROM drizzle.__drizzle_migrations',
    )) ?? { rows: [] };
    const { rows: tables } = (await pool?.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")) ?? {
      rows: [],
    };
    expect(tables.length).toBe(28);
    expect(rows[0].applied).toBeGreaterThan(0);
    await Promise.all(pools.map((each) => each.end()));
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  });
});

async function insertDemo({ read }: Database): Promise<void> {
  await read.execute(sql`INSERT INTO projects (id, key, name, search_text, created_at, updated_at)
    VALUES (gen_random_uuid(), 'demo', 'N', 'n', now(), now()) ON CONFLICT DO NOTHING`);
}

async function endOthers(): Promise<void> {
  const admin = new pg.Client({ connectionString: test.url });
  await admin.connect();
  await admin.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await admin.end();
}

function listen(onConnection: (socket: Socket) => void = () => {}): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(onConnection).listen(0, '127.0.0.1', () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A wire to the database that can stop carrying anything without being cut, as a frozen server looks from here. */
async function freezableWire(url: string) {
  const to = new URL(url);
  const sockets = new Set<Socket>();
  let frozen = false;
  const server = await listen((near) => {
    const far = connect(Number(to.port), to.hostname);
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => into.write(chunk));
      from.on('close', () => into.destroy());
      from.on('error', () => {});
      if (frozen) from.pause();
    }
  });
  const near = new URL(url);
  near.hostname = '127.0.0.1';
  near.port = String(portOf(server));
  return {
    url: near.toString(),
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      frozen = false;
      for (const socket of sockets) socket.resume();
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
