import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    const away = await send('GET', '/session', undefined, { cookie });
    expect([away.status, away.body.code]).toEqual([503, 'retryable']);
    await eventually(async () => (await send('GET', '/session', undefined, { cookie })).status === 200, {
      patienceMs: 15_000,
    });
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
