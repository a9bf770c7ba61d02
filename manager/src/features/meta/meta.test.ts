import { inspect } from 'node:util';
import { metaSchema } from '@fauna-flags/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '../../../test/support/api.ts';
import { createOwner, visitor } from '../../../test/support/visitor.ts';
import { noTrustedProxies } from '../../platform/http/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

describe('GET /meta', () => {
  it('says what this installation is, and where browsers reach it', async () => {
    const cookie = await createOwner(api);
    const { status, body } = await visitor(api).call('GET', '/meta', undefined, { cookie });
    expect(status).toBe(200);
    expect(metaSchema.strict().parse(body)).toEqual({
      version: '0.0.0',
      mode: 'all-in-one',
      example: null,
      url: 'http://localhost',
    });
    expect((await visitor(api).call('GET', '/meta')).status).toBe(401);
  });

  it('says the address that is set', async () => {
    const placed = await createTestApi(undefined, {
      url: 'https://flags.example.com',
      trustedProxies: noTrustedProxies,
    });
    expect((await placed.must('GET', '/meta')).url).toBe('https://flags.example.com');
    await placed.close();
  });
});

describe('an answer of the API', () => {
  it('S-36 is data that no browser runs, frames, guesses about, caches or tells on, refusals included', async () => {
    for (const [method, path] of [
      ['GET', '/meta'],
      ['GET', '/owner'],
      ['GET', '/nothing'],
      ['POST', '/session'],
    ] as const) {
      for (const authorization of ['Bearer test-admin-token', 'Bearer wrong']) {
        const { headers } = await api.call(method, path, undefined, { authorization });
        expect(Object.fromEntries(headers)).toMatchObject({
          'cache-control': 'no-store',
          'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
          'cross-origin-resource-policy': 'same-origin',
          'referrer-policy': 'no-referrer',
          'x-content-type-options': 'nosniff',
        });
        expect(headers.get('access-control-allow-origin')).toBeNull();
        expect(headers.get('strict-transport-security')).toBeNull();
      }
    }
  });

  it('S-38 is a problem document without a stack when something breaks, and never a redirect', async () => {
    const broken = await createTestApi();
    await broken.asOwner('DROP TABLE sessions CASCADE');
    const bodies = [
      await visitor(broken).call('GET', '/projects', undefined, { cookie: 'fauna_session=a.b' }),
      await visitor(broken).call('POST', '/session', { email: 'a@example.com', password: 'x' }),
      await visitor(broken).call('POST', '/session', '{'),
    ];
    expect(bodies.map(({ status }) => status)).toEqual([401, 401, 400]);
    await broken.asOwner('DROP TABLE users CASCADE');
    const { status, body, headers } = await visitor(broken).call('POST', '/session', {
      email: 'a@example.com',
      password: 'x',
    });
    expect([status, body.code, headers.get('location')]).toEqual([500, 'internal', null]);
    expect(JSON.stringify(body)).not.toMatch(/users|select|at .*\.(ts|mjs)/i);
    const logged = inspect(broken.logged, { depth: 8 });
    expect(logged).toContain('Failed query: select');
    expect(logged).not.toContain('a@example.com');
    await broken.close();
  });
});
