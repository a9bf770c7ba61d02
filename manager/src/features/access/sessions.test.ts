import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApi, createTestApp, type TestApi, testSecret } from '../../../test/support/api.ts';
import { ada, cookieOf, createOwner, ownPage, signIn, visitor } from '../../../test/support/visitor.ts';
import { auditEntries, createDatabase, createPool, sessions } from '../../platform/database/index.ts';
import { noTrustedProxies } from '../../platform/http/index.ts';
import { createAccess } from './access.ts';
import { ownerToken } from './first-owner.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await createOwner(api);
});
afterAll(() => api.close());

const get = (cookie: string, path = '/session') => visitor(api).call('GET', path, undefined, { cookie });
const tokenOf = (cookie: string) => /=([^.]+)\./.exec(cookie)?.[1] ?? '';
const digestOf = (cookie: string) => createHash('sha256').update(tokenOf(cookie)).digest('hex');
const rowOf = async (cookie: string) => {
  const [row] = await api.database.read
    .select()
    .from(sessions)
    .where(eq(sessions.token, digestOf(cookie)));
  return row;
};

/** Lets the session look as if so many hours had passed since it was last used, or since it began. */
const age = (cookie: string, column: 'updated_at' | 'expires_at', hours: number) =>
  api.database.read.execute(
    sql`UPDATE sessions SET ${sql.identifier(column)} = ${sql.identifier(column)} - make_interval(secs => ${hours * 3600}) WHERE token = ${digestOf(cookie)}`,
  );

describe('accounts without their database', () => {
  it('answer 503 retryable and sign nobody in, out or up', async () => {
    const cookie = await signIn(api);
    const pool = createPool({ url: 'postgres://nobody@127.0.0.1:1/none' });
    const { app, logged } = createTestApp(createDatabase(pool));
    const owner = { ...ada, token: ownerToken(testSecret) };
    const { email, password } = ada;
    const answers = [
      await visitor({ app }).call('GET', '/owner'),
      await visitor({ app }).call('POST', '/owner', owner),
      await visitor({ app }).call('GET', '/session', undefined, { cookie }),
      await visitor({ app }).call('DELETE', '/session', undefined, { cookie, ...ownPage }),
      await visitor({ app }).call('GET', '/projects', undefined, { cookie }),
      await visitor({ app }).call('GET', '/live', undefined, { cookie }),
    ];
    // Attempts that nobody could judge do not count: the tenth is let through like the first.
    for (let attempt = 0; attempt < 10; attempt += 1)
      answers.push(await visitor({ app }).call('POST', '/session', { email, password }));
    for (const { status, body, headers, cookies } of answers) {
      expect([status, body.code, cookies]).toEqual([503, 'retryable', []]);
      expect(headers.get('retry-after')).toMatch(/^\d+$/);
    }
    const log = inspect(logged, { depth: 8 });
    for (const secret of [email, password, cookie, ownerToken(testSecret), 'argon2'])
      expect(log).not.toContain(secret);
    await pool.end();
    expect((await get(cookie)).status).toBe(200);
  });
});

describe('a session', () => {
  it('S-31 is a 256-bit token in a cookie that scripts and other sites do not get', async () => {
    const { cookies } = await visitor(api).call('POST', '/session', {
      email: 'ada@example.com',
      password: 'notes on the engine',
    });
    expect(cookies.length).toBe(1);
    expect(cookies[0]).toMatch(
      /^fauna_session=[0-9A-Za-z_-]{43}\.[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  });

  it('S-31 has a __Host- cookie with Secure where Fauna is reached by https', async () => {
    const https = await createTestApi(undefined, {
      url: 'https://flags.example.com',
      trustedProxies: noTrustedProxies,
    });
    try {
      const cookie = await createOwner(https);
      expect(cookie).toMatch(/^__Host-fauna_session=/);
      const { headers, cookies } = await visitor(https).call('DELETE', '/session', undefined, {
        cookie,
        origin: 'https://flags.example.com',
      });
      expect(cookies).toEqual(['__Host-fauna_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure']);
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
      const again = await visitor(https).call('POST', '/session', {
        email: 'ada@example.com',
        password: 'notes on the engine',
      });
      expect(again.cookies[0]).toMatch(/^__Host-fauna_session=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      const plainName = cookieOf(again.cookies).replace('__Host-', '');
      expect((await visitor(https).call('GET', '/session', undefined, { cookie: plainName })).status).toBe(
        401,
      );
    } finally {
      await https.close();
    }
  });

  it('S-31 is stored as a digest, so that who reads the database cannot sign in', async () => {
    const cookie = await signIn(api);
    const { rows } = await api.database.pool.query('SELECT * FROM sessions');
    const text = JSON.stringify(rows);
    expect(text).toContain(digestOf(cookie));
    expect(text).not.toContain(tokenOf(cookie));
    const stolen = cookie.replace(tokenOf(cookie), digestOf(cookie));
    expect((await get(stolen)).status).toBe(401);
  });

  it('is nothing without its signature, with another, or with a token that was never given out', async () => {
    const cookie = await signIn(api);
    const [name = '', value = ''] = cookie.split('=');
    const signature = value.slice(value.indexOf('.'));
    const forged = [
      `${name}=${tokenOf(cookie)}`,
      `${name}=${tokenOf(cookie)}.AAAA`,
      `${name}=${'A'.repeat(43)}${signature}`,
      `${name}=`,
      `${name}=%00`,
      `${name}=%ff.%ff`,
      `${name}=${'x'.repeat(8_000)}`,
    ];
    for (const each of forged) expect([each, (await get(each)).status]).toEqual([each, 401]);
    expect((await get(cookie)).status).toBe(200);
    expect(api.logged).toEqual([]);
  });

  it('is good on every manager with the same secret, and on none with another', async () => {
    const cookie = await signIn(api);
    const headers = new Headers({ cookie });
    const managers = [testSecret, 'another-secret-of-another-installation'].map((secret) =>
      createAccess({
        database: api.database,
        now: () => new Date(),
        onCommit: () => {},
        randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
        secret,
        url: undefined,
        log: { warn: () => {} },
      }),
    );
    const found = await Promise.all(managers.map(({ sessions }) => sessions.find(headers)));
    expect(found.map((session) => session?.user.email)).toEqual(['ada@example.com', undefined]);
  });

  it('S-31 ends after twelve hours without use, and use puts that off', async () => {
    const cookie = await signIn(api);
    await age(cookie, 'updated_at', 11.9);
    const used = await get(cookie);
    expect(used.status).toBe(200);
    const left = Date.parse(used.body.expiresAt) - Date.now();
    expect(Math.abs(left - 12 * 3_600_000)).toBeLessThan(60_000);
    await age(cookie, 'updated_at', 11.9);
    expect((await get(cookie)).status).toBe(200);
    await age(cookie, 'updated_at', 12.1);
    expect((await get(cookie)).status).toBe(401);
    expect(await rowOf(cookie)).toBeUndefined();
  });

  it('S-31 ends after seven days, however much it is used', async () => {
    const cookie = await signIn(api);
    await age(cookie, 'expires_at', 7 * 24 - 1);
    const { status, body } = await get(cookie);
    expect(status).toBe(200);
    const left = Date.parse(body.expiresAt) - Date.now();
    expect(Math.abs(left - 3_600_000)).toBeLessThan(60_000);
    await age(cookie, 'expires_at', 1.1);
    expect((await get(cookie)).status).toBe(401);
    expect(await rowOf(cookie)).toBeUndefined();
  });

  it('is not written to at every request', async () => {
    const cookie = await signIn(api);
    const first = await rowOf(cookie);
    await get(cookie);
    await get(cookie);
    expect(await rowOf(cookie)).toEqual(first);
  });

  it('DELETE /session ends it on the server, and its browser forgets it', async () => {
    const cookie = await signIn(api);
    const other = await signIn(api);
    const signOut = await visitor(api).call('DELETE', '/session', undefined, { cookie, ...ownPage });
    expect([signOut.status, signOut.cookies]).toEqual([
      204,
      ['fauna_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax'],
    ]);
    expect((await get(cookie)).status).toBe(401);
    expect((await get(cookie, '/projects')).status).toBe(401);
    expect((await get(other)).status).toBe(200);
    const again = await visitor(api).call('DELETE', '/session', undefined, { cookie, ...ownPage });
    expect(again.status).toBe(401);
  });

  it('is no session to a request with an API token', async () => {
    for (const method of ['GET', 'DELETE']) {
      expect((await api.call(method, '/session')).body).toMatchObject({ status: 401, code: 'unauthorized' });
    }
  });

  it('lets its user do everything, and names them in the audit trail', async () => {
    const cookie = await signIn(api);
    const create = await visitor(api).call(
      'POST',
      '/projects',
      { key: 'by-ada', name: 'By Ada' },
      { cookie, ...ownPage },
    );
    expect(create.status).toBe(201);
    expect((await get(cookie, '/projects/by-ada/audit')).body.items).toMatchObject([
      { actor: 'ada@example.com', action: 'project.create' },
    ]);
    const actors = await api.database.read.select({ actor: auditEntries.actor }).from(auditEntries);
    expect(new Set(actors.map(({ actor }) => actor))).toEqual(new Set(['ada@example.com']));
  });

  it('does not make a wrong API token good, and is not in the way of another scheme of a proxy', async () => {
    const cookie = await signIn(api);
    const withAuthorization = (authorization: string) =>
      visitor(api).call('GET', '/projects', undefined, { cookie, authorization });
    expect((await withAuthorization('Bearer wrong')).status).toBe(401);
    expect((await withAuthorization('Bearer ')).status).toBe(401);
    expect((await withAuthorization('Basic cHJveHk6cHJveHk=')).status).toBe(200);
  });

  it('keeps where it was begun from, cut to what can be shown', async () => {
    const { cookies } = await visitor(api, '2001:db8::7').call(
      'POST',
      '/session',
      { email: 'ada@example.com', password: 'notes on the engine' },
      { 'user-agent': `Browser/${'9'.repeat(5_000)}`, 'x-fauna-client-address': '203.0.113.9' },
    );
    const row = await rowOf(cookieOf(cookies));
    expect(row?.ipAddress).not.toContain('203.0.113.9');
    expect(row?.userAgent?.length).toBe(200);
  });
});
