import { once } from 'node:events';
import { serve } from '@hono/node-server';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminToken, anyRevision, createTestApi, type TestApi } from '../test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  await api.must('POST', '/projects/demo/attributes', { key: 'plan', type: 'string' });
  await api.must('POST', '/projects/demo/audiences', {
    key: 'payers',
    name: 'Payers',
    match: { combine: 'all', conditions: [{ attribute: 'plan', operator: 'equals', values: ['pro'] }] },
  });
  await api.must('POST', '/projects/demo/flags', { key: 'checkout', name: 'Checkout', kind: 'boolean' });
});
afterAll(() => api.close());

/** Every route of the app, its parameters filled in with what exists. */
function routes(): { method: string; path: string }[] {
  const known: Record<string, string> = {
    project: 'demo',
    environment: 'production',
    flag: 'checkout',
    attribute: 'plan',
    audience: 'payers',
    id: '00000000-0000-4000-8000-000000000000',
  };
  const seen = api.app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(
      ({ method, path }) =>
        `${method} ${path.replaceAll(/:(\w+)/g, (_, name: string) => known[name] ?? name)}`,
    );
  return [...new Set(seen)].map((route) => {
    const [method = '', path = ''] = route.split(' ');
    return { method, path };
  });
}

describe('createManagerApp()', () => {
  it('refuses every route without the token, with a wrong one and with half of it', async () => {
    const all = routes();
    expect(all.length).toBeGreaterThan(30);
    const wrong = [
      undefined,
      'Bearer wrong',
      `Bearer ${adminToken.slice(0, 5)}`,
      `Bearer ${adminToken}x`,
      `Basic ${adminToken}`,
      'Bearer ',
    ];
    for (const { method, path } of all) {
      for (const authorization of wrong) {
        const response = await api.app.request(path, {
          method,
          headers: authorization === undefined ? {} : { authorization },
        });
        expect([method, path, response.status]).toEqual([method, path, 401]);
        expect(response.headers.get('www-authenticate')).toBe('Bearer');
        expect(await response.json()).toMatchObject({ code: 'unauthorized', status: 401 });
      }
    }
    expect(await api.must('GET', '/projects/demo/flags/checkout')).toMatchObject({ archived: false });
  });

  it('tells a stranger nothing about which paths exist', async () => {
    expect((await api.app.request('/api/v1/nothing/here')).status).toBe(401);
    expect((await api.app.request('/api/v1/projects', { method: 'PUT' })).status).toBe(401);
  });

  it('takes the token whatever the case of the scheme', async () => {
    const headers = { authorization: `bearer ${adminToken}` };
    expect((await api.app.request('/api/v1/projects', { headers })).status).toBe(200);
  });

  it('answers 404 as a problem on unknown paths', async () => {
    const { status, headers, body } = await api.call('GET', '/nothing/here');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toEqual({
      type: 'urn:fauna:problem:not_found',
      title: 'Not found',
      status: 404,
      code: 'not_found',
      detail: 'Cannot find GET /api/v1/nothing/here',
    });
  });

  it('answers 405 with Allow where the path is known by other methods', async () => {
    const { status, headers, body } = await api.call('PUT', '/projects/demo');
    expect(status).toBe(405);
    expect(headers.get('allow')).toBe('DELETE, GET, HEAD, PATCH');
    expect(body.code).toBe('method_not_allowed');
    const toggle = await api.call('GET', '/projects/demo/flags/checkout/environments/production/toggle');
    expect([toggle.status, toggle.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('answers 404 where a key could not be one, and never asks the database', async () => {
    for (const key of ['a%00b', '..', '%F0%9F%A6%8A', '-a', 'x'.repeat(65), '%FF', "a'b", 'a%2Fb']) {
      expect((await api.call('GET', `/projects/${key}`)).status).toBe(404);
      expect((await api.call('GET', `/projects/demo/flags/${key}`)).status).toBe(404);
    }
    expect((await api.call('GET', '/projects/demo/environments/production/sdk-keys/not-a-uuid')).status).toBe(
      404,
    );
    expect(api.logged).toEqual([]);
  });

  it('answers 400 to what is not JSON in UTF-8', async () => {
    for (const body of ['{', '{"key": undefined}', 'nope', '\u0000']) {
      const answer = await api.call('POST', '/projects', body);
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid']);
    }
    const response = await api.app.request('/api/v1/projects', {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    });
    expect(response.status).toBe(400);
  });

  it('answers 400 to a body that is no object, and to none where one is needed', async () => {
    for (const body of ['[]', 'null', '7', '"text"', undefined]) {
      const answer = await api.call('POST', '/projects', body);
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid']);
      expect(answer.body.errors.length).toBeGreaterThan(0);
    }
  });

  it('answers 413 to a body over 1 MiB, whether or not it says so', async () => {
    const body = JSON.stringify({ key: 'big', name: 'x'.repeat(1024 * 1024) });
    const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
    const told = await api.call('POST', '/projects', body);
    expect([told.status, told.body.code]).toEqual([413, 'too_large']);
    const untold = await api.app.request(
      new Request('http://localhost/api/v1/projects', {
        method: 'POST',
        headers,
        body: new Blob([body]).stream(),
        duplex: 'half',
      }),
    );
    expect(untold.status).toBe(413);
  });

  it('answers 413 and 400 over a real socket too, and goes on', async () => {
    const server = serve({ fetch: api.app.fetch, port: 0, hostname: '127.0.0.1' });
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/api/v1/projects`;
    const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ key: 'big', name: 'x'.repeat(3 * 1024 * 1024) });
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(413);
    const chunked: RequestInit = { method: 'POST', headers, body: new Blob([body]).stream(), duplex: 'half' };
    expect((await fetch(url, chunked)).status).toBe(413);
    expect((await fetch(url, { method: 'POST', headers, body: '{' })).status).toBe(400);
    expect((await fetch(url, { headers })).status).toBe(200);
    server.close();
  });

  it('answers 400 to a body that is cut off', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new Error('The wire was cut'));
      },
    });
    const init: RequestInit = { method: 'POST', body, duplex: 'half' };
    const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
    const response = await api.app.request(
      new Request('http://localhost/api/v1/projects', { ...init, headers }),
    );
    expect([response.status, api.logged]).toEqual([400, []]);
  });

  it('answers 415 to another media type, and to a content encoding', async () => {
    const form = await api.call('POST', '/projects', 'key=demo', { 'content-type': 'text/plain' });
    expect([form.status, form.body.code]).toEqual([415, 'unsupported_media_type']);
    const zipped = await api.call(
      'POST',
      '/projects',
      { key: 'a', name: 'A' },
      { 'content-encoding': 'gzip' },
    );
    expect(zipped.status).toBe(415);
    const charset = { 'content-type': 'application/json; charset=utf-8' };
    expect((await api.call('POST', '/projects', { key: 'charset', name: 'A' }, charset)).status).toBe(201);
  });

  it('answers 422 with the path to U+0000 and lone surrogates anywhere', async () => {
    const nul = await api.call('POST', '/projects', { key: 'nul', name: 'a\u0000b' });
    expect(nul.status).toBe(422);
    expect(nul.body).toMatchObject({ code: 'unprocessable', errors: [{ path: 'name' }] });
    const half = await api.call(
      'POST',
      '/projects/demo/flags',
      '{"key":"j","name":"J","kind":"json","variations":[{"key":"v","value":{"a":["\\ud800"]}}]}',
    );
    expect(half.body).toMatchObject({ status: 422, errors: [{ path: 'variations[0].value.a[0]' }] });
    const member = await api.call(
      'POST',
      '/projects/demo/flags',
      '{"key":"j","name":"J","kind":"json","variations":[{"key":"v","value":{"a\\u0000":1}}]}',
    );
    expect(member.body).toMatchObject({ status: 422, errors: [{ path: 'variations[0].value' }] });
    for (const parameter of ['query', 'tag']) {
      expect((await api.call('GET', `/projects/demo/flags?${parameter}=%00`)).status).toBe(422);
    }
    for (const parameter of ['query', 'entity', 'actor', 'environment']) {
      expect((await api.call('GET', `/projects/demo/audit?${parameter}=a%00`)).status).toBe(422);
    }
    expect((await api.call('POST', '/projects', { key: 'fox', name: '🦊' })).status).toBe(201);
  });

  it('answers 400 to numbers beyond a double and to nesting beyond reason', async () => {
    const huge = await api.call(
      'POST',
      '/projects/demo/flags',
      '{"key":"n","name":"N","kind":"number","variations":[{"key":"v","value":1e999}]}',
    );
    expect(huge.body).toMatchObject({ status: 400, errors: [{ path: 'variations[0].value' }] });
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    const nested = await api.call(
      'POST',
      '/projects/demo/flags',
      `{"key":"n","name":"N","kind":"json","variations":[{"key":"v","value":${deep}}]}`,
    );
    expect([nested.status, nested.body.code]).toEqual([400, 'invalid']);
  });

  it('refuses unknown fields and names them', async () => {
    const { status, body } = await api.call('POST', '/projects', { key: 'a', nmae: 'A' });
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { path: 'name', message: 'is required and must be a string' },
      { path: 'nmae', message: 'is not a field of this resource' },
    ]);
  });

  it('never answers 5xx to odd bodies, headers and queries', async () => {
    const targets = routes().filter(({ method }) => method !== 'GET' && method !== 'DELETE');
    const odd = fc.oneof(
      fc.json({ maxDepth: 4 }),
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc
        .record(
          {
            key: fc.oneof(fc.string({ unit: 'binary', maxLength: 5 }), fc.jsonValue()),
            name: fc.jsonValue(),
            kind: fc.constantFrom('boolean', 'json', 'x', 1),
            match: fc.jsonValue(),
            context: fc.jsonValue(),
            enabled: fc.oneof(fc.boolean(), fc.jsonValue()),
            graceSeconds: fc.oneof(fc.double(), fc.integer()),
            expiresAt: fc.string(),
            variations: fc.array(fc.record({ key: fc.string(), value: fc.jsonValue() }), { maxLength: 3 }),
            constructor: fc.jsonValue(),
          },
          { requiredKeys: [] },
        )
        .map((body) => JSON.stringify(body)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...targets),
        odd,
        fc.constantFrom('*', '"1"', 'W/"1"', ',,', '""', '\t'),
        async ({ method, path }, body, ifMatch) => {
          const answer = await api.call(method, path.slice('/api/v1'.length), body, { 'if-match': ifMatch });
          expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
        },
      ),
      { numRuns: 400 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          'flags',
          'audiences',
          'attributes',
          'environments',
          'audit',
          'environments/production/sdk-keys',
        ),
        fc.constantFrom('query', 'cursor', 'limit', 'entity', 'since', 'tag', 'archived'),
        fc.string({ unit: 'binary', maxLength: 12 }),
        async (list, name, value) => {
          const path = `/projects/demo/${list}?${name}=${encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, ''))}`;
          expect((await api.call('GET', path)).status).toBeLessThan(500);
        },
      ),
      { numRuns: 300 },
    );
    expect(api.logged).toEqual([]);
  });

  it('answers HEAD like GET without a body', async () => {
    const response = await api.app.request('/api/v1/projects/demo', {
      method: 'HEAD',
      headers: { authorization: `Bearer ${adminToken}` },
    });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('lets no cache keep an answer', async () => {
    expect((await api.call('GET', '/projects')).headers.get('cache-control')).toBe('no-store');
    expect((await api.call('GET', '/projects/none')).headers.get('cache-control')).toBe('no-store');
  });

  it('accepts a PATCH of what GET gave, on every resource', async () => {
    for (const path of [
      '/projects/demo',
      '/projects/demo/environments/production',
      '/projects/demo/attributes/plan',
      '/projects/demo/audiences/payers',
      '/projects/demo/flags/checkout',
    ]) {
      const resource = await api.must('GET', path);
      const answer = await api.call('PATCH', path, resource, anyRevision);
      expect([path, answer.status, answer.body]).toEqual([path, 200, resource]);
    }
  });
});
