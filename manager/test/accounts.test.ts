import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { eventually, FaunaProcess } from './support/fauna-process.ts';
import { OpenStream } from './support/sse.ts';
import { ada, cookieOf } from './support/visitor.ts';

/** How long a stop may take with streams open: connections are cut after five seconds, and these need not be. */
const stopMsMax = 4_000;

describe('accounts of a running Fauna', () => {
  let fauna: FaunaProcess;
  let token: string;
  let cookie: string;
  beforeAll(async () => {
    fauna = await FaunaProcess.prepare({ LOG_LEVEL: 'debug' });
    await fauna.start();
  });
  afterAll(() => fauna.dispose());

  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${fauna.url}/api/v1${path}`, {
      method,
      headers: {
        origin: fauna.url,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      cookies: response.headers.getSetCookie(),
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
  const { email, password } = ada;

  it('begin with the link that is printed at the start', async () => {
    const link = await eventually(() => fauna.output.match(/http:\S+\/welcome#token=(\S+)/) ?? undefined);
    token = link[1] ?? '';
    expect(link[0].startsWith(`${fauna.url}/welcome#token=`)).toBe(true);
    const { status, cookies, body } = await send('POST', '/owner', { ...ada, token });
    expect([status, body.user.email]).toEqual([201, email]);
    cookie = cookieOf(cookies);
    expect((await send('GET', '/meta', undefined, { cookie })).body).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      mode: 'all-in-one',
      url: fauna.url,
    });
  });

  it('change flags from our own pages alone, and every dashboard hears of it', async () => {
    const stream = await OpenStream.open(`${fauna.url}/api/v1/live`, { headers: { cookie } });
    await stream.frame('hb');
    const toggle = '/projects/sample/flags/google-pay/environments/production/toggle';
    const foreign = await send(
      'POST',
      toggle,
      { enabled: false },
      { cookie, origin: 'https://evil.example' },
    );
    expect(foreign.status).toBe(403);
    expect((await send('POST', toggle, { enabled: false }, { cookie })).status).toBe(200);
    const { data } = await stream.frame('change');
    expect(data).toMatchObject({ actor: email, action: 'configuration.toggle', project: 'sample' });
    stream.close();
  });

  it('wait for a database that died, and go on when it is back', async () => {
    await fauna.killPostgres();
    // Servers of single connections outlive their killed parent by moments, so that the first answers may be good.
    const seen: number[] = [];
    await eventually(
      async () => {
        const { status, body } = await send('GET', '/session', undefined, { cookie });
        if (status !== 200) expect([status, body.code]).toEqual([503, 'retryable']);
        seen.push(status);
        return status === 200 && seen.includes(503);
      },
      { what: 'the database to be away and back' },
    );
    expect((await send('POST', '/session', { email, password })).status).toBe(201);
  });

  it('do not keep Fauna from stopping while dashboards are open', async () => {
    const stream = await OpenStream.open(`${fauna.url}/api/v1/live`, { headers: { cookie } });
    await stream.frame('hb');
    const startedAt = performance.now();
    expect(await fauna.end('SIGTERM')).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(stopMsMax);
    await eventually(() => stream.ended);
  });

  it('are there after a restart, which prints no link and ends no session', async () => {
    const before = fauna.output.length;
    await fauna.start();
    await eventually(() => fauna.output.slice(before).includes(`Sign in       ${fauna.url}/sign-in`));
    expect(fauna.output.slice(before)).not.toContain('token=');
    expect((await send('GET', '/session', undefined, { cookie })).status).toBe(200);
    expect((await send('POST', '/owner', { ...ada, token })).body.code).toBe('owner_exists');
  });

  it('S-31 leave no secret in the log, and keep their own in a file for this account alone', async () => {
    const secret = (await readFile(join(fauna.dataDir, 'secret'), 'utf8')).trim();
    expect((await stat(join(fauna.dataDir, 'secret'))).mode & 0o777).toBe(0o600);
    const sessionToken = cookie.split('=')[1]?.split('.')[0] ?? '';
    expect(sessionToken.length).toBe(43);
    for (const text of [password, sessionToken, secret]) expect(fauna.output).not.toContain(text);
    expect(fauna.output.split(token).length).toBe(2);
  });
});

describe('two managers of one database', () => {
  let test: TestDatabase;
  const managers: FaunaProcess[] = [];
  beforeAll(async () => {
    test = await createTestDatabase();
    const shared = { DATABASE_URL: test.url, FAUNA_SECRET: 'dHdvIG1hbmFnZXJzIG9mIG9uZSBkYXRhYmFzZQ' };
    for (let index = 0; index < 2; index += 1) {
      const manager = await FaunaProcess.prepare(shared);
      managers.push(manager);
      await manager.start();
    }
  });
  afterAll(async () => {
    for (const manager of managers) await manager.dispose();
    await test.close();
  });

  const ask = (manager: FaunaProcess, path: string, init: RequestInit = {}) =>
    fetch(`${manager.url}/api/v1${path}`, init);
  const json = { 'content-type': 'application/json' };

  it('print one link, share their sessions, and hear of each other within 1.5 s', async () => {
    const [one, other] = managers as [FaunaProcess, FaunaProcess];
    const tokens = await eventually(() => {
      const found = managers.map(({ output }) => /token=(\S+)/.exec(output)?.[1]);
      return found.includes(undefined) ? undefined : found;
    });
    expect(tokens[0]).toBe(tokens[1]);
    const created = await ask(one, '/owner', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ ...ada, token: tokens[0] }),
    });
    expect(created.status).toBe(201);
    const cookie = cookieOf(created.headers.getSetCookie());
    expect((await ask(other, '/session', { headers: { cookie } })).status).toBe(200);

    const stream = await OpenStream.open(`${other.url}/api/v1/live`, { headers: { cookie } });
    await stream.frame('hb');
    const create = await ask(one, '/projects', {
      method: 'POST',
      headers: { ...json, cookie, origin: one.url },
      body: '{"key":"far","name":"Far"}',
    });
    expect(create.status).toBe(201);
    const answeredAt = performance.now();
    const { data, atMs } = await stream.frame('change');
    expect(data).toMatchObject({ actor: ada.email, action: 'project.create', project: 'far' });
    expect(atMs - answeredAt).toBeLessThan(1_500);

    const end = await ask(one, '/session', { method: 'DELETE', headers: { cookie, origin: one.url } });
    expect(end.status).toBe(204);
    expect((await ask(other, '/session', { headers: { cookie } })).status).toBe(401);
    await eventually(() => stream.ended, { patienceMs: 6_000, what: 'the end of the stream' });
  });
});
