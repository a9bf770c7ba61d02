import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminToken, createTestApi, createTestApp, type TestApi } from '../test/support/api.ts';
import { createDatabase, createPool } from './platform/database/index.ts';
import { noTrustedProxies, pathNames, toProblem } from './platform/http/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
});
afterAll(() => api.close());

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('S-38 a request', () => {
  it('has an id of its own, in the header of every answer and in the body of every problem', async () => {
    const ids = new Set<string>();
    for (const [method, path, status] of [
      ['GET', '/projects', 200],
      ['GET', '/projects/none', 404],
      ['GET', '/none', 404],
      ['PATCH', '/projects', 405],
      ['POST', '/projects', 400],
      ['DELETE', '/projects/demo', 428],
    ] as const) {
      const answer = await api.call(method, path);
      const id = answer.headers.get('x-request-id') ?? '';
      expect([answer.status, id]).toEqual([status, expect.stringMatching(uuid)]);
      if (status >= 400) expect(answer.body.id).toBe(id);
      ids.add(id);
    }
    expect(ids.size).toBe(6);
  });

  it('has the id that a trusted proxy gave it, if that is one, and never that of anybody else', async () => {
    const ask = async (given: string, isTrusted: boolean) => {
      const { app } = createTestApp(api.database, {
        placement: { url: undefined, trustedProxies: isTrusted ? () => true : noTrustedProxies },
      });
      const headers = { authorization: `Bearer ${adminToken}`, 'x-request-id': given };
      return (await app.request('/api/v1/projects', { headers })).headers.get('x-request-id');
    };
    expect(await ask('proxy.0123-4567_89', true)).toBe('proxy.0123-4567_89');
    expect(await ask('proxy.0123-4567_89', false)).toMatch(uuid);
    for (const odd of ['short', 'x'.repeat(65), 'with space 0123', '-leading-0123', '{"a":"01234567"}'])
      expect(await ask(odd, true)).toMatch(uuid);
  });
});

/** Everything that a request can bring. */
interface Canaries {
  readonly all: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

function canaries(): Canaries {
  const all = `canary${randomUUID().replaceAll('-', '')}`;
  const [text, list] = [`${all}@example.com`, [all]];
  const body = {
    ...{ key: all, name: text, email: text, password: all, token: all, code: all, description: text },
    ...{
      kind: 'boolean',
      type: 'string',
      tags: list,
      salt: all,
      origins: list,
      role: 'viewer',
      rank: 'viewer',
    },
    ...{ context: { key: all, [all]: all }, flag: all, from: all, value: all, enabled: true, secret: all },
    ...{ match: { combine: 'all', conditions: [{ attribute: all, operator: 'equals', values: list }] } },
    ...{ variations: [{ key: all, value: all }], defaultServe: { variation: all }, offVariation: all },
  };
  return {
    all,
    body: JSON.stringify(body),
    headers: {
      authorization: `Bearer ${adminToken}`,
      'content-type': 'application/json',
      cookie: `__Host-fauna-session=${all}; fauna-session=${all}`,
      'x-api-key': `fauna_srv_${all}`,
      'x-confirm': all,
      'x-request-id': all,
      'idempotency-key': all,
      'if-match': '*',
      'user-agent': all,
      referer: `https://example.com/${all}`,
    },
  };
}

/** What pino writes of what was logged. */
function linesOf(logged: readonly unknown[]): string {
  let text = '';
  const out = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  const log = pino({ level: 'trace' }, out);
  for (const args of logged) log.error(...(args as [object, string]));
  return text;
}

describe('S-38 the log', () => {
  it.each([
    ['as it should be', () => api.url],
    ['without tables, so that every query fails', () => api.url.replace(/\/[^/]*$/, '/postgres')],
    ['away', () => 'postgres://nobody@127.0.0.1:1/none'],
  ])('holds nothing that a request of any operation brings, while the database is %s', async (_, url) => {
    const pool = createPool({ url: url(), connectTimeoutMs: 1_000 });
    const { app, operations, logged, live } = createTestApp(createDatabase(pool));
    let failures = 0;
    for (const operation of operations) {
      if (operation.path === '/live') continue;
      const { all, body, headers } = canaries();
      const names = pathNames(operation);
      const path = names.reduce((text, name) => text.replace(`:${name}`, 'demo'), operation.path);
      const query = ['query', 'entity', 'actor', 'project', 'from', 'to', 'cursor', 'email', 'token']
        .map((name) => `${name}=${all}`)
        .join('&');
      for (const authorization of [headers.authorization ?? '', `Bearer ${all}`]) {
        const response = await app.request(`/api/v1${path}?${query}`, {
          method: operation.method,
          headers: { ...headers, authorization },
          ...(operation.method === 'GET' ? {} : { body }),
        });
        const answer = await response.text();
        if (response.status === 500) {
          failures += 1;
          expect(linesOf(logged)).toContain(JSON.parse(answer).id);
        }
      }
    }
    const lines = linesOf(logged);
    expect(lines).not.toContain('canary');
    expect(lines).not.toContain(adminToken);
    expect(failures > 0).toBe(url().endsWith('/postgres'));
    live.close();
    await pool.end();
  });

  it('does not quote what Postgres says of values', async () => {
    const { all } = canaries();
    const pool = createPool({ url: api.url });
    for (const [statement, values] of [
      ['SELECT $1::uuid', [all]],
      ['SELECT $1::text::int', [all]],
      ["INSERT INTO settings (key, value) VALUES ($1, '{}'), ($1, '{}')", [all]],
    ] as const) {
      const error = await pool.query(statement, [...values]).catch((thrown: unknown) => thrown);
      const logged: unknown[] = [];
      const log = {
        warn: (...args: unknown[]) => logged.push(args),
        error: (...args: unknown[]) => logged.push(args),
      };
      const wrapped = new Error('Cannot do it', { cause: error });
      for (const thrown of [error, wrapped])
        expect(toProblem(thrown, log, { method: 'GET', path: '/' }).code).toBe('internal');
      expect(logged).toHaveLength(2);
      expect(linesOf(logged)).not.toContain('canary');
      expect(linesOf(logged)).toMatch(/"code":"2[23]/);
    }
    await pool.end();
  });
});
