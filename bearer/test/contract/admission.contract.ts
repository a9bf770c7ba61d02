import { randomBytes } from 'node:crypto';
import { formatSdkKey, problemBodySchema } from '@fauna-flags/protocol';
import { expect, it } from 'vitest';
import { problemOf } from '../../src/testing/answers.ts';
import type { ContractEnvironment } from './contract-environment.ts';
import type { ContractWorld } from './contract-world.ts';
import { eventually } from './eventually.ts';

/** Larger bodies are refused. One byte beyond it says as much as a megabyte, and has been sent whole when it is refused. */
const bodyBytesMax = 64 * 1024;

const routes = [
  { method: 'POST', path: '/connect/client', kinds: ['client'] },
  { method: 'GET', path: '/connect/server', kinds: ['server'] },
  { method: 'POST', path: '/stream/client', kinds: ['client'] },
  { method: 'GET', path: '/stream/server', kinds: ['server'] },
  { method: 'POST', path: '/ofrep/v1/evaluate/flags', kinds: ['client', 'server'] },
  { method: 'POST', path: '/ofrep/v1/evaluate/flags/pay', kinds: ['client', 'server'] },
] as const;

/** Who may ask for what, from where, with which body. */
export function admissionContract(world: () => ContractWorld): void {
  it('admission gives each kind of key exactly what is its own', async () => {
    const environment = await world().environment();
    for (const { method, path, kinds } of routes)
      for (const [kind, key] of [
        ['client', environment.clientKey],
        ['server', environment.serverKey],
      ] as const) {
        const { status } = await ask(environment, { method, path, headers: { authorization: key } });
        const allowed = (kinds as readonly string[]).includes(kind);
        expect([path, kind, status]).toEqual([path, kind, allowed ? 200 : 403]);
      }
  });

  it('admission takes a key as bearer token, bare, and as X-API-Key', async () => {
    const environment = await world().environment();
    const key = environment.clientKey;
    for (const headers of [
      { authorization: `Bearer ${key}` },
      { authorization: `bearer ${key}` },
      { authorization: key },
      { 'x-api-key': key },
    ] as Record<string, string>[])
      expect((await ask(environment, { method: 'POST', path: '/connect/client', headers })).status).toBe(200);
  });

  it('admission answers unknown, revoked, expired and missing keys with one and the same 401', async () => {
    const environment = await world().environment();
    const revoked = formatSdkKey('client', randomBytes(32));
    const expired = formatSdkKey('client', randomBytes(32));
    await world().setKey(revoked, { environment: environment.id, state: 'revoked' });
    await world().setKey(expired, { environment: environment.id, expiresAt: 1_600_000_000_000 });
    const unknown = formatSdkKey('client', randomBytes(32));
    const bodies = new Set<string>();
    for (const key of [unknown, `${unknown.slice(0, -1)}!`, revoked, expired, '__proto__', undefined])
      for (const { method, path } of routes.slice(0, 4)) {
        const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
        const { status, text } = await ask(environment, { method, path, headers });
        expect([path, status]).toEqual([path, 401]);
        bodies.add(text);
      }
    for (const handle of ['', 'v1', 'v1.k1.AAAA', `v1.k1.${'A'.repeat(200)}`])
      bodies.add(
        (await ask(environment, { method: 'GET', path: `/stream/client?h=${handle}`, headers: {} })).text,
      );
    expect(bodies.size).toBe(1);
    expect(problemBodySchema.parse(JSON.parse([...bodies][0] ?? '')).code).toBe('unauthorized');
  });

  it('admission refuses an SDK key in the URL, and neither answers nor logs it', async () => {
    const environment = await world().environment();
    const { serverKey } = environment;
    const { status, text } = await ask(environment, {
      method: 'GET',
      path: `/stream/server?key=${serverKey}`,
      headers: { authorization: serverKey },
    });
    expect([status, JSON.parse(text).code]).toEqual([400, 'invalid']);
    expect(text + world().bearer.log()).not.toContain(serverKey);
  });

  it('admission answers wrong methods with 405 and what is allowed, unknown paths with 404', async () => {
    const environment = await world().environment();
    const wrong = await environment.fetch('/connect/client');
    expect([wrong.status, wrong.headers.get('allow'), (await problemOf(wrong)).code]).toEqual([
      405,
      'POST, OPTIONS',
      'method_not_allowed',
    ]);
    const both = await environment.fetch('/stream/client', { method: 'DELETE' });
    expect([both.status, both.headers.get('allow')]).toEqual([405, 'POST, GET, OPTIONS']);
    await both.arrayBuffer();
    const head = await environment.fetch('/stream/server', {
      method: 'HEAD',
      headers: { authorization: environment.serverKey },
    });
    expect(head.status).toBe(405);
    for (const path of ['/connect', '/stream/nothing', '/ofrep/v1/nothing', '/usage/x', '/nothing']) {
      const missing = await environment.fetch(path, { headers: { authorization: environment.serverKey } });
      expect([path, missing.status, (await problemOf(missing)).code]).toEqual([path, 404, 'not_found']);
    }
  });

  it('admission answers 400 to what is no JSON object and 413, judged first, to what is too large', async () => {
    const environment = await world().environment();
    for (const path of ['/connect/client', '/stream/client', '/usage', '/ofrep/v1/evaluate/flags']) {
      for (const body of ['{', '[]', '"text"', '{"context":', '\u0000'])
        expect(await codeOf(await environment.post(path, body)), `${path} ${body}`).toEqual([400, 'invalid']);
      expect(await codeOf(await environment.post(path, 'x'.repeat(bodyBytesMax + 1)))).toEqual([
        413,
        'too_large',
      ]);
      expect(await codeOf(await environment.post(path, new Uint8Array(bodyBytesMax + 1).fill(120)))).toEqual([
        413,
        'too_large',
      ]);
    }
    expect(await codeOf(await environment.post('/connect/client', { context: 5 }))).toEqual([400, 'invalid']);
    const deep = `{"context":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;
    expect(await codeOf(await environment.post('/connect/client', deep))).toEqual([400, 'invalid']);
  });

  it('CORS lets any origin ask first, and answers only to those that the key allows', async () => {
    const environment = await world().environment();
    const allowed = 'https://shop.example';
    await world().setKey(environment.clientKey, { environment: environment.id, origins: [allowed] });
    const from = (origin: string, key = environment.clientKey) =>
      environment.post('/connect/client', {}, { origin, authorization: `Bearer ${key}` });
    await eventually(async () => {
      const response = await from('https://other.example');
      await response.arrayBuffer();
      return response.status === 403;
    }, 'the origins to hold');
    const preflight = await environment.fetch('/connect/client', {
      method: 'OPTIONS',
      headers: { origin: 'https://other.example', 'access-control-request-method': 'POST' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://other.example',
    ]);
    const good = await from(allowed);
    expect([good.status, good.headers.get('access-control-allow-origin')]).toEqual([200, allowed]);
    await good.arrayBuffer();
    const refused = await from('https://other.example');
    expect([
      refused.status,
      refused.headers.get('access-control-allow-origin'),
      (await problemOf(refused)).code,
    ]).toEqual([403, null, 'origin_not_allowed']);
    const server = await environment.asServer('/connect/server', { origin: allowed });
    expect([server.status, server.headers.get('access-control-allow-origin')]).toEqual([200, null]);
    await server.arrayBuffer();
  });
}

async function ask(
  environment: ContractEnvironment,
  {
    method,
    path,
    headers,
  }: { readonly method: string; readonly path: string; readonly headers: Record<string, string> },
): Promise<{ readonly status: number; readonly text: string }> {
  const body = method === 'POST' ? { body: '{}' } : {};
  const response = await environment.fetch(path, { method, headers, ...body });
  const { status } = response;
  if (response.headers.get('content-type') !== 'text/event-stream')
    return { status, text: await response.text() };
  await response.body?.cancel();
  return { status, text: '' };
}

async function codeOf(response: Response): Promise<readonly [number, unknown]> {
  return [response.status, (await problemOf(response)).code];
}
