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

/** What makes a session can be asked for without having one, and what can be asked at all. */
const openRoutes = [
  'GET /api/v1/owner',
  'POST /api/v1/owner',
  'POST /api/v1/session',
  'POST /api/v1/invitations/read',
  'POST /api/v1/invitations/accept',
  'GET /api/v1/sign-in',
  'GET /api/v1/sign-in/oidc',
  'GET /api/v1/sign-in/oidc/callback',
  'GET /api/openapi.json',
];

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
    const all = routes().filter(({ method, path }) => !openRoutes.includes(`${method} ${path}`));
    expect(all.length).toBeGreaterThan(30);
    expect(routes().length - all.length).toBe(openRoutes.length);
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
      id: headers.get('x-request-id'),
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

  it('S-39 answers 404 where a key could not be one, and never asks the database', async () => {
    for (const key of [
      'a%00b',
      'a%0D%0Ab',
      '..',
      '%F0%9F%A6%8A',
      '-a',
      'x'.repeat(65),
      '%FF',
      "a'b",
      'a%2Fb',
    ]) {
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
    const comma = await api.call('POST', '/projects', '{\n  "key": "a",\n  "name": "A",\n}');
    expect(comma.body.detail).toBe('Cannot read the body: it is not JSON in UTF-8, see line 4, column 1');
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

  it('takes JSON of any media type or none, because a token needs no defence against forms', async () => {
    const types = ['application/x-www-form-urlencoded', 'text/plain', 'nonsense', undefined];
    for (const [index, type] of types.entries()) {
      const response = await api.app.request('/api/v1/projects', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${adminToken}`,
          ...(type === undefined ? {} : { 'content-type': type }),
        },
        // Bytes, because a text would bring a type of its own.
        body: Buffer.from(JSON.stringify({ key: `typed-${index}`, name: 'Typed' })),
      });
      expect([type, response.status]).toEqual([type, 201]);
    }
    const form = await api.call('POST', '/projects', 'key=demo', { 'content-type': 'text/plain' });
    expect([form.status, form.body.code]).toEqual([400, 'invalid']);
  });

  it('answers 415 to a content encoding', async () => {
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
    expect(nul.body).toMatchObject({
      code: 'unprocessable',
      detail: 'Cannot keep the body: "name" must hold neither U+0000 nor a lone surrogate',
      errors: [{ path: 'name' }],
    });
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
      expect((await api.call('GET', `/projects/demo/flags?${parameter}=%00`)).body).toMatchObject({
        status: 422,
        detail: `Cannot search: "${parameter}" must hold neither U+0000 nor a lone surrogate`,
      });
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
    expect(huge.body).toMatchObject({
      status: 400,
      detail: 'Cannot read the body: "variations[0].value" must be a number that fits a double',
      errors: [{ path: 'variations[0].value' }],
    });
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

  it('lets no cache keep an answer, no browser guess its type and no link tell where it was', async () => {
    const answers = await Promise.all([
      api.call('GET', '/projects'),
      api.call('GET', '/projects/none'),
      api.call('PUT', '/projects'),
      api.call('POST', '/projects', '{'),
      api.call('GET', '/nothing/here'),
      api.call('GET', '/projects', undefined, { authorization: '' }),
      api.app.request('/api/nothing'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 405, 400, 404, 401, 404]);
    for (const { headers } of answers) {
      expect([
        headers.get('cache-control'),
        headers.get('x-content-type-options'),
        headers.get('referrer-policy'),
      ]).toEqual(['no-store', 'nosniff', 'no-referrer']);
    }
  });

  it('says what would be right about names, sizes and whole numbers', async () => {
    const messageTo = async (method: string, path: string, body: unknown) => {
      const answer = await api.call(method, path, body, anyRevision);
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid']);
      const [{ path: where, message }] = answer.body.errors;
      expect(answer.body.errors.length).toBe(1);
      expect(answer.body.detail).toBe(`Cannot accept the request: "${where}" ${message}`);
      return message;
    };
    const named = (name: unknown) => messageTo('PATCH', '/projects/demo/flags/checkout', { name });
    expect(await named('')).toBe('must not be empty');
    for (const name of [' ', '\t\n', '\u00a0\u3000'])
      expect(await named(name)).toBe('must hold more than white space');
    expect(await named('x'.repeat(201))).toBe('must have at most 200 characters');
    expect(await named(7)).toBe('must be a string');
    const spaced = await api.must('PATCH', '/projects/demo', { name: ' Demo ' }, anyRevision);
    expect(spaced.name).toBe(' Demo ');
    const keys = '/projects/demo/environments/production/sdk-keys';
    const { id } = await api.must('POST', keys, { name: 'K', kind: 'server' });
    const rotated = (graceSeconds: unknown) => messageTo('POST', `${keys}/${id}/rotate`, { graceSeconds });
    expect(await rotated(1.5)).toBe('must be a whole number');
    expect(await rotated(-1)).toBe('must be at least 0');
    expect(await rotated('1')).toBe('must be a number');
  });

  it('blames the part of the path that is not there', async () => {
    const detailOf = async (path: string) => {
      const { status, body } = await api.call('GET', path);
      expect(status).toBe(404);
      return body.detail;
    };
    expect(await detailOf('/projects/nope/environments/x/sdk-keys')).toBe('Cannot find project "nope"');
    expect(await detailOf('/projects/nope/environments/x')).toBe('Cannot find project "nope"');
    expect(await detailOf('/projects/demo/environments/x/sdk-keys')).toBe(
      'Cannot find environment "x" in project "demo"',
    );
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
