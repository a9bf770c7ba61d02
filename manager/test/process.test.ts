import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createWire, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisServer } from '../../bearer/test/support/redis-server.ts';
import { packedProgram } from '../../scripts/pack-programs.mjs';
import { createTestDatabase } from './support/database.ts';
import { eventually, FaunaProcess, pause, projectRoot } from './support/fauna-process.ts';

describe('npm start', () => {
  let fauna: FaunaProcess;
  beforeEach(async () => {
    fauna = await FaunaProcess.prepare();
  });
  afterEach(() => fauna.dispose());

  it('prints what to open, the sample keys and the lines that connect an SDK', async () => {
    await fauna.start();
    const output = await eventually(() => fauna.output.includes('fauna.on(') && fauna.output);
    expect(output).toContain(`Fauna is running at ${fauna.url}`);
    expect(output).toMatch(/Client key\s+fauna_cli_[0-9A-Za-z]{49}/);
    expect(output).toMatch(/Server key\s+fauna_srv_[0-9A-Za-z]{49}/);
    expect(output).not.toContain(fauna.adminToken);
    const page = await fetch(fauna.url);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await page.text()).toContain('Fauna');
  });

  it('makes an admin token once and keeps it in a file that only this account can read', async () => {
    await fauna.start({ FAUNA_ADMIN_TOKEN: '' });
    const file = join(fauna.dataDir, 'admin-token');
    const token = (await readFile(file, 'utf8')).trim();
    expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600');
    const output = await eventually(() => fauna.output.includes('Admin token') && fauna.output);
    expect(output).toContain(token);
    const answer = await fetch(`${fauna.url}/api/v1/projects`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(200);
    await fauna.end('SIGTERM');
    await fauna.start({ FAUNA_ADMIN_TOKEN: '' });
    expect((await readFile(file, 'utf8')).trim()).toBe(token);
  });

  it('starts again with all data after kill -9, the database still running', async () => {
    await fauna.start();
    expect((await fauna.api('POST', '/projects', { key: 'kept', name: 'Kept' })).status).toBe(201);
    await fauna.end('SIGKILL');
    await fauna.start();
    expect((await fauna.api('GET', '/projects/kept')).status).toBe(200);
  });

  it('starts again with all data after a power cut that left a stale postmaster.pid', async () => {
    await fauna.start();
    expect((await fauna.api('POST', '/projects', { key: 'kept', name: 'Kept' })).status).toBe(201);
    await fauna.killPostgres();
    await fauna.end('SIGKILL');
    await fauna.start();
    expect((await fauna.api('GET', '/projects/kept')).status).toBe(200);
  });

  it('starts a database that died under it again, and says 503 meanwhile', async () => {
    await fauna.start({ LOG_LEVEL: 'silent' });
    const create = (key: string) => fauna.api('POST', '/projects', { key, name: key });
    expect((await create('before')).status).toBe(201);
    await fauna.killPostgres();
    const during = await create('during');
    expect(during).toMatchObject({ status: 503, body: { code: 'retryable' } });
    await eventually(async () => (await create('after')).status === 201, { patienceMs: 15_000 });
    expect((await fauna.api('GET', '/projects/before')).status).toBe(200);
    const again = spawn(process.execPath, [packedProgram('manager/src/main.ts')], {
      cwd: projectRoot,
      env: { PATH: process.env.PATH, PORT: '0', FAUNA_DATA_DIR: fauna.dataDir, FAUNA_ADMIN_TOKEN: 'rival' },
      stdio: 'ignore',
    });
    expect(await endOf(again)).toBe(1);
    expect((await fauna.api('GET', '/projects/before')).status).toBe(200);
  });

  it('makes no second sample and no second keys at a second start', async () => {
    const keysOf = (output: string) => output.match(/fauna_(cli|srv)_[0-9A-Za-z]{49}/g)?.sort();
    await fauna.start();
    const first = await eventually(() => fauna.output.includes('fauna.on(') && fauna.output);
    const projects = await fauna.api('GET', '/projects');
    await fauna.end('SIGTERM');
    fauna.output = '';
    await fauna.start();
    const second = await eventually(() => fauna.output.includes('fauna.on(') && fauna.output);
    expect(new Set(keysOf(second))).toEqual(new Set(keysOf(first)));
    expect((await fauna.api('GET', '/projects')).body).toEqual(projects.body);
  });

  it('ends in good order on SIGTERM and takes its database along', async () => {
    await fauna.start();
    expect(await fauna.end('SIGTERM')).toBe(0);
    await expect(stat(join(fauna.dataDir, 'postgres', 'cluster', 'postmaster.pid'))).rejects.toThrow(
      'ENOENT',
    );
  });

  it('ends in good order on SIGTERM while it is still starting', async () => {
    fauna.launch();
    await eventually(() =>
      fetch(`${fauna.url}/readyz`).then(
        ({ status }) => status === 503,
        () => false,
      ),
    );
    expect(await fauna.end('SIGTERM')).toBe(0);
    await expect(stat(join(fauna.dataDir, 'postgres', 'cluster', 'postmaster.pid'))).rejects.toThrow(
      'ENOENT',
    );
    await fauna.start();
    expect((await fauna.api('GET', '/projects/sample')).status).toBe(200);
  });

  it('ends in good order and takes its database along while Redis is away', async () => {
    const redis = await RedisServer.start();
    try {
      await fauna.start({ REDIS_URL: redis.url });
      process.kill(redis.pid, 'SIGSTOP');
      // What is published now gets no answer, and fails while Fauna ends.
      expect((await fauna.api('POST', '/projects', { key: 'late', name: 'Late' })).status).toBe(201);
      expect(await fauna.end('SIGTERM')).toBe(0);
    } finally {
      await redis.dispose();
    }
    expect(fauna.output).not.toContain('    at ');
    await expect(stat(join(fauna.dataDir, 'postgres', 'cluster', 'postmaster.pid'))).rejects.toThrow(
      'ENOENT',
    );
  });

  it('ends within eight seconds while its database is frozen under an open request', async () => {
    const { url, close } = await createTestDatabase();
    const wire = await freezableWire(url);
    try {
      await fauna.start({ DATABASE_URL: wire.url });
      wire.freeze();
      await pause(1_600); // The publisher gives up on its first round, and begins the next, while requests are waited for.
      const open = fauna.api('POST', '/projects', { key: 'late', name: 'Late' }).catch(() => 'cut');
      await pause(300); // The request has been sent by then.
      const startMs = performance.now();
      expect(await fauna.end('SIGTERM')).toBe(0);
      expect(performance.now() - startMs).toBeLessThan(8_000);
      await open;
    } finally {
      wire.close();
      await close();
    }
  });

  it('says in one sentence that two settings have changed places since the first boot', async () => {
    const [one, other] = ['a-key-that-somebody-has-chosen-once', 'another-key-that-somebody-has-chosen'];
    await fauna.start({ FAUNA_CLIENT_KEY: one, FAUNA_SERVER_KEY: other });
    await fauna.end('SIGTERM');
    fauna.output = '';
    expect(await endOf(fauna.launch({ FAUNA_CLIENT_KEY: other, FAUNA_SERVER_KEY: one }))).toBe(1);
    expect(fauna.output).toContain('Cannot make client SDK key "From FAUNA_CLIENT_KEY"');
    expect(fauna.output).not.toContain('    at ');
    expect(fauna.output).not.toContain(other);
  });

  it('refuses a port in use with one sentence, and leaves the data alone', async () => {
    const occupant = await occupy(fauna.port);
    try {
      const code = await endOf(fauna.launch());
      expect(code).toBe(1);
      expect(fauna.output.trim()).toBe(
        `Cannot listen on 127.0.0.1:${fauna.port}: the port is in use. Stop what uses it, or set PORT to a free one`,
      );
      await expect(stat(join(fauna.dataDir, 'postgres'))).rejects.toThrow('ENOENT');
    } finally {
      await new Promise((resolve) => occupant.close(resolve));
    }
  });

  it('refuses a data folder that another Fauna runs on, and leaves that one running', async () => {
    await fauna.start();
    const rival = spawn(process.execPath, [packedProgram('manager/src/main.ts')], {
      cwd: projectRoot,
      env: { PATH: process.env.PATH, PORT: '0', FAUNA_DATA_DIR: fauna.dataDir, FAUNA_ADMIN_TOKEN: 'rival' },
    });
    let said = '';
    rival.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    expect(await endOf(rival)).toBe(1);
    expect(said).toContain(`Cannot use "${fauna.dataDir}": another Fauna runs on it`);
    expect((await fauna.api('GET', '/projects')).status).toBe(200);
  });

  it('lists every setting that cannot be used, together', async () => {
    const code = await endOf(
      fauna.launch({
        PORT: 'http',
        FAUNA_CLIENT_KEY: 'short',
        DATABASE_URL: 'mysql://x',
        FAUNA_SAMPLE: 'yes',
      }),
    );
    expect(code).toBe(1);
    for (const name of ['PORT', 'FAUNA_CLIENT_KEY', 'DATABASE_URL', 'FAUNA_SAMPLE'])
      expect(fauna.output).toContain(name);
    expect(fauna.output).not.toContain('    at ');
  });

  it('has the keys of the environment from the first boot on, once', async () => {
    const keys = {
      FAUNA_CLIENT_KEY: 'a-client-key-that-somebody-has-chosen',
      FAUNA_SERVER_KEY: 'a-server-key-that-somebody-has-chosen',
    };
    for (let start = 0; start < 2; start += 1) {
      await fauna.start(keys);
      const connect = (key: string, path: string, method: string) =>
        fetch(`${fauna.url}${path}`, { method, headers: { authorization: `Bearer ${key}` } });
      expect((await connect(keys.FAUNA_CLIENT_KEY, '/connect/client', 'POST')).status).toBe(200);
      expect((await connect(keys.FAUNA_SERVER_KEY, '/connect/server', 'GET')).status).toBe(200);
      const listed = await fauna.api('GET', '/projects/default/environments/production/sdk-keys');
      expect((listed.body as { readonly items: unknown[] }).items).toHaveLength(2);
      await fauna.end('SIGTERM');
    }
  });

  it('runs on a Postgres of somebody else, and leaves that one alone at the end', async () => {
    const { url, database, close } = await createTestDatabase();
    try {
      await fauna.start({ DATABASE_URL: url });
      await expect(stat(join(fauna.dataDir, 'postgres'))).rejects.toThrow('ENOENT');
      expect((await fauna.api('GET', '/projects')).body).toMatchObject({ items: [{ key: 'default' }] });
      expect(await fauna.end('SIGTERM')).toBe(0);
      expect((await database.pool.query('SELECT key FROM projects')).rows).toEqual([{ key: 'default' }]);
    } finally {
      await close();
    }
  });

  it('says in one sentence that a database cannot be reached', async () => {
    const code = await endOf(fauna.launch({ DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/nothing' }));
    expect(code).toBe(1);
    expect(fauna.output).toContain('Cannot use the database at 127.0.0.1:1/nothing');
    expect(fauna.output).not.toContain('secret');
    expect(fauna.output).not.toContain('    at ');
  });

  it('is ended by the end of whoever started it', async () => {
    const starter = spawn(process.execPath, ['scripts/run.mjs', 'start'], {
      cwd: projectRoot,
      env: {
        PATH: process.env.PATH,
        PORT: String(fauna.port),
        FAUNA_DATA_DIR: fauna.dataDir,
        HOME: process.env.HOME,
      },
      stdio: 'ignore',
    });
    await eventually(
      () =>
        fetch(`${fauna.url}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      { patienceMs: 60_000 },
    );
    starter.kill('SIGKILL');
    await eventually(
      () =>
        fetch(`${fauna.url}/healthz`).then(
          () => false,
          () => true,
        ),
      { patienceMs: 20_000 },
    );
  });
});

function occupy(port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((_, response) => response.end());
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function endOf(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve) => child.once('close', (code) => resolve(code)));
}

/** A way to the database on which nothing moves any more once it is frozen, and which is not cut either. */
async function freezableWire(url: string) {
  const far = new URL(url);
  const sockets = new Set<Socket>();
  let frozen = false;
  const server = createWire((here) => {
    const there = connect(Number(far.port), far.hostname);
    if (!frozen) here.pipe(there).pipe(here);
    for (const socket of [here, there]) {
      sockets.add(socket);
      socket.on('error', () => {}); // Either side may go first.
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const near = new URL(url);
  near.hostname = '127.0.0.1';
  near.port = String((server.address() as AddressInfo).port);
  return {
    url: near.toString(),
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.unpipe();
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
