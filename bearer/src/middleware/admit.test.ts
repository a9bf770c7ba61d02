import { randomBytes } from 'node:crypto';
import { flag, ruleset } from '@fauna-flags/core/testing';
import { formatSdkKey, problemBodySchema, type RegisteredKey } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { problemOf } from '../testing/answers.ts';
import { type BearerWorld, bearerWorld } from '../testing/bearer-world.ts';
import { clientKey, registered, registryOf, serverKey } from '../testing/documents.ts';

const flags = ruleset(flag('pay').on());

const routes = [
  { method: 'POST', path: '/connect/client', kinds: ['client'] },
  { method: 'GET', path: '/connect/server', kinds: ['server'] },
  { method: 'POST', path: '/stream/client', kinds: ['client'] },
  { method: 'GET', path: '/stream/server', kinds: ['server'] },
  { method: 'POST', path: '/ofrep/v1/evaluate/flags', kinds: ['client', 'server'] },
  { method: 'POST', path: '/ofrep/v1/evaluate/flags/pay', kinds: ['client', 'server'] },
] as const;

async function ask(world: BearerWorld, method: string, path: string, headers: Record<string, string>) {
  const response = await world.request(path, {
    method,
    headers,
    ...(method === 'POST' ? { body: '{}' } : {}),
  });
  if (response.headers.get('content-type') === 'text/event-stream') await response.body?.cancel();
  return response;
}

describe('admission', () => {
  it('gives each kind of key exactly what is its own (S-03)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    for (const { method, path, kinds } of routes)
      for (const [kind, key] of [
        ['client', clientKey],
        ['server', serverKey],
      ] as const) {
        const response = await ask(world, method, path, { authorization: `Bearer ${key}` });
        const allowed = (kinds as readonly string[]).includes(kind);
        expect([path, kind, response.status]).toEqual([path, kind, allowed ? 200 : 403]);
        if (!allowed) expect(problemBodySchema.parse(await problemOf(response)).code).toBe('forbidden');
      }
  });

  it('takes a key as bearer token, bare, and as X-API-Key', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const shown = [
      { authorization: `Bearer ${clientKey}` },
      { authorization: `bearer  ${clientKey}` },
      { authorization: clientKey },
      { 'x-api-key': clientKey },
    ];
    for (const headers of shown)
      expect((await ask(world, 'POST', '/connect/client', headers)).status).toBe(200);
  });

  it('answers unknown, revoked, expired and missing keys with one and the same 401 (S-04)', async () => {
    const made = formatSdkKey('client', randomBytes(32));
    const world = await bearerWorld({
      ruleset: flags,
      registry: registryOf(
        registered(clientKey),
        registered('revoked-key-revoked-key-revoked-k', { state: 'revoked' }),
        registered('expired-key-expired-key-expired-k', { expiresAt: 1_600_000_000_000 }),
      ),
    });
    const bodies = new Set<string>();
    for (const key of [
      'unknown-key-unknown-key-unknown-k',
      'revoked-key-revoked-key-revoked-k',
      'expired-key-expired-key-expired-k',
      made,
      `${made.slice(0, -1)}!`,
      'x'.repeat(5_000),
      '__proto__',
      'constructor',
      undefined,
    ])
      for (const { method, path } of routes.slice(0, 4)) {
        const response = await ask(
          world,
          method,
          path,
          key === undefined ? {} : { authorization: `Bearer ${key}` },
        );
        expect(response.status).toBe(401);
        bodies.add(await response.text());
      }
    expect(bodies.size).toBe(1);
  });

  it('accepts a key of our own form only when its checksum holds (S-01)', async () => {
    const made = formatSdkKey('client', randomBytes(32));
    const broken = `${made.slice(0, -1)}${made.endsWith('a') ? 'b' : 'a'}`;
    // Both stand in the registry, so that nothing but the checksum tells them apart.
    const world = await bearerWorld({
      ruleset: flags,
      registry: registryOf(registered(made), registered(broken)),
    });
    expect((await ask(world, 'POST', '/connect/client', { authorization: made })).status).toBe(200);
    expect((await ask(world, 'POST', '/connect/client', { authorization: broken })).status).toBe(401);
  });

  it('refuses an SDK key in the URL, whatever the parameter is called, and logs nothing of it (S-05)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const made = formatSdkKey('server', randomBytes(32));
    for (const query of [
      `?key=${serverKey}`,
      `?sdk=${made}`,
      `?h=${made}`,
      `?since=${clientKey}`,
      '?a=fauna_cli_x',
      `?authorization=Bearer%20${made}`,
      `?authorization=Bearer%20${clientKey}`,
    ]) {
      const response = await ask(world, 'GET', `/stream/server${query}`, { authorization: serverKey });
      const text = await response.text();
      expect([response.status, JSON.parse(text).code]).toEqual([400, 'invalid']);
      expect(text).not.toContain(made);
    }
    expect(world.log.lines.filter(({ level }) => level === 'warn').length).toBeGreaterThan(0);
    expect(JSON.stringify(world.log.lines)).not.toContain(serverKey);
  });

  it('answers 503 with Retry-After, not 401, before it knows the keys, and before the environment has a ruleset', async () => {
    const unknowing = await bearerWorld({ registry: null });
    const empty = await bearerWorld();
    for (const world of [unknowing, empty])
      for (const { method, path } of routes) {
        const response = await ask(world, method, path, { authorization: serverKey, 'x-api-key': clientKey });
        const status = world === empty && path.includes('client') ? 403 : 503;
        expect([path, response.status]).toEqual([path, status]);
        if (status === 503) expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      }
  });

  it('answers wrong methods with 405 and what is allowed, unknown paths with 404', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const wrong = await world.request('/connect/client');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
    expect((await problemOf(wrong)).code).toBe('method_not_allowed');
    const both = await world.request('/stream/client', { method: 'DELETE' });
    expect([both.status, both.headers.get('allow')]).toEqual([405, 'POST, GET, OPTIONS']);
    // HEAD would open a stream that nobody can close.
    const head = await world.request('/stream/server', {
      method: 'HEAD',
      headers: { authorization: serverKey },
    });
    expect(head.status).toBe(405);
    expect(world.bearer.status().streams).toBe(0);
    for (const path of [
      '/connect',
      '/connect/other',
      '/stream/x',
      '/usage/x',
      '/ofrep/v1/configuration',
      '/elsewhere',
    ]) {
      const response = await world.request(path, { method: 'POST' });
      expect([path, response.status, (await problemOf(response)).code]).toEqual([path, 404, 'not_found']);
    }
  });

  it('refuses a URL of more than 8 KB (S-14)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const response = await ask(world, 'GET', `/connect/server?x=${'y'.repeat(9_000)}`, {
      authorization: serverKey,
    });
    expect(response.status).toBe(400);
  });
});

describe('CORS', () => {
  const origin = 'https://app.example';
  const keyFor = (origins: string[]): Partial<RegisteredKey> => ({ origins });
  const cors = (response: Response) => response.headers.get('access-control-allow-origin');

  it('answers a preflight for any origin, without a key (S-10)', async () => {
    const world = await bearerWorld({ registry: null });
    for (const { path } of routes) {
      const response = await world.request(path, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
      expect([response.status, cors(response)]).toEqual([204, origin]);
      expect(response.headers.get('access-control-allow-headers')).toContain('authorization');
      expect(response.headers.get('access-control-max-age')).toBe('7200');
      expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  it('lets exactly the key’s origins in, on answers, 304s, errors and streams (S-10)', async () => {
    const world = await bearerWorld({
      ruleset: flags,
      registry: registryOf(registered(clientKey, keyFor([origin]))),
    });
    const allowed = await world.post('/connect/client', {}, { origin });
    expect([allowed.status, cors(allowed)]).toEqual([200, origin]);
    expect(allowed.headers.get('access-control-expose-headers')).toBe('ETag, Retry-After, Fauna-Age');
    expect(allowed.headers.get('vary')).toContain('Origin');
    const etag = allowed.headers.get('etag') ?? '';
    const same = await world.post('/connect/client', {}, { origin, 'if-none-match': etag });
    expect([same.status, cors(same)]).toEqual([304, origin]);
    const wrong = await world.post('/connect/client', '[', { origin });
    expect([wrong.status, cors(wrong)]).toEqual([400, origin]);
    const stream = await world.post('/stream/client', {}, { origin });
    expect([stream.status, cors(stream)]).toEqual([200, origin]);
    await stream.body?.cancel();
    for (const foreign of [
      'https://app.example.evil',
      'http://app.example',
      'https://app.example:8443',
      'null',
    ]) {
      const refused = await world.post('/connect/client', {}, { origin: foreign });
      expect([refused.status, cors(refused)]).toEqual([403, null]);
      expect((await problemOf(refused)).code).toBe('origin_not_allowed');
    }
  });

  it('lets programs in, which send no origin, and every origin for "*"', async () => {
    const closed = await bearerWorld({
      ruleset: flags,
      registry: registryOf(registered(clientKey, keyFor([origin]))),
    });
    const program = await closed.post('/connect/client');
    expect([program.status, cors(program)]).toEqual([200, null]);
    const open = await bearerWorld({ ruleset: flags });
    const anywhere = await open.post('/connect/client', {}, { origin: 'https://anywhere.example' });
    expect([anywhere.status, cors(anywhere)]).toEqual([200, 'https://anywhere.example']);
  });

  it('never opens anything to pages for server keys (S-10)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    for (const { method, path } of routes) {
      const response = await ask(world, method, path, { authorization: serverKey, origin });
      expect(cors(response)).toBeNull();
    }
  });

  it('lets pages read that a key is unknown, so that an SDK can stop asking', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const response = await world.post(
      '/connect/client',
      {},
      { origin, authorization: 'nobody-knows-this-key' },
    );
    expect([response.status, cors(response)]).toEqual([401, origin]);
  });
});

describe('every answer', () => {
  it('is neither cached, sniffed, nor told to other sites (S-05)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const answers = [
      await world.post('/connect/client'),
      await world.post('/connect/client', '['),
      await world.post('/nowhere'),
      await world.request('/connect/server'),
      await world.request('/healthz'),
      await world.request('/readyz'),
    ];
    for (const { headers } of answers) {
      expect(headers.get('cache-control')).toContain('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
  });
});
