import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminToken, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { createOwner, ownPage, visitor } from '../../../test/support/visitor.ts';
import { parseTrustedProxies, type TrustedProxies } from './index.ts';

let api: TestApi;
let cookie: string;
beforeAll(async () => {
  api = await createTestApi();
  cookie = await createOwner(api);
});
afterAll(() => api.close());

let count = 0;
const create = (headers: Record<string, string>) => {
  count += 1;
  return visitor(api).call('POST', '/projects', { key: `p-${count}`, name: 'P' }, { cookie, ...headers });
};

describe('a change that a cookie stands for', () => {
  it('S-32 is taken from our own pages', async () => {
    for (const headers of [
      ownPage,
      { origin: 'http://localhost' },
      { 'sec-fetch-site': 'same-origin' },
      { ...ownPage, 'content-type': 'application/json; charset=utf-8' },
      { ...ownPage, 'content-type': 'Application/JSON' },
    ]) {
      expect([headers, (await create(headers as Record<string, string>)).status]).toEqual([headers, 201]);
    }
  });

  it('S-32 is refused from anywhere else, before anything is looked at', async () => {
    const foreign: Record<string, string>[] = [
      {},
      { origin: 'https://evil.example' },
      { origin: 'http://localhost.evil.example' },
      { origin: 'http://localhost:3000' },
      { origin: 'chrome-extension://localhost' },
      { origin: 'null' },
      { origin: '' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { ...ownPage, origin: 'https://evil.example' },
      { ...ownPage, 'sec-fetch-site': 'cross-site' },
      { referer: 'http://localhost/' },
      { 'x-forwarded-host': 'evil.example', origin: 'http://evil.example' },
    ];
    for (const headers of foreign) {
      const { status, body } = await create(headers);
      expect([headers, status, body.code]).toEqual([headers, 403, 'forbidden']);
    }
  });

  it('S-32 is refused whatever another site can make of its address', async () => {
    const origin = fc.oneof(
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
      fc.webAuthority({ withPort: true, withUserInfo: true }).map((authority) => `http://${authority}`),
      fc
        .tuple(fc.string({ unit: 'grapheme-ascii' }), fc.string({ unit: 'grapheme-ascii' }))
        .map((parts) => parts.join('localhost')),
      fc.constantFrom(
        'http://localhost@evil.example',
        'http://localhost%00',
        'localhost',
        '//localhost',
        'file://localhost',
        'http://localhost:80.evil.example',
        'http://evil@localhost',
        'http://localhost/path',
        'HTTP://LOCALHOST',
      ),
    );
    const before = (await api.must('GET', '/projects?limit=200')).items.length;
    await fc.assert(
      fc.asyncProperty(origin, async (value) => {
        fc.pre(!/^https?:\/\/localhost$/.test(value.trim()));
        expect((await create({ origin: value, 'sec-fetch-site': 'same-origin' })).status).toBe(403);
      }),
      { numRuns: 300 },
    );
    expect((await api.must('GET', '/projects?limit=200')).items.length).toBe(before);
  });

  it('S-32 is refused when its body is not announced as JSON, as forms of other sites would send it', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      '',
      'json',
    ]) {
      const { status, body } = await create({ ...ownPage, 'content-type': type });
      expect([type, status, body.code]).toEqual([type, 403, 'forbidden']);
    }
    const typeless = await api.app.request('/api/v1/projects', {
      method: 'POST',
      headers: { cookie, ...ownPage, 'content-length': '26' },
      body: Buffer.from('{"key":"typeless","name":"T"}'),
    });
    expect(typeless.status).toBe(403);
  });

  it('S-32 needs no body and then no type', async () => {
    await create(ownPage);
    const path = `/projects/p-${count}`;
    const { status } = await visitor(api).call('DELETE', path, undefined, {
      cookie,
      ...ownPage,
      'if-match': '*',
    });
    expect(status).toBe(204);
  });

  it('S-32 is refused by every route that changes something', async () => {
    // Those that bring what lets them in with them read it first; a cookie stands for nothing there.
    const bringTheirOwn = /\/(owner|session|invitations\/read|invitations\/accept)$/;
    const routes = api.app.routes.filter(
      ({ method, path }) => !['ALL', 'GET'].includes(method) && !bringTheirOwn.test(path),
    );
    expect(routes.length).toBeGreaterThan(20);
    for (const { method, path } of routes) {
      const response = await api.app.request(path.replaceAll(/:\w+/g, 'x'), {
        method,
        headers: { cookie, origin: 'https://evil.example', 'content-type': 'application/json' },
        ...(method === 'DELETE' ? {} : { body: '{}' }),
      });
      expect([method, path, response.status]).toEqual([method, path, 403]);
    }
    const signOut = await visitor(api).call('DELETE', '/session', undefined, {
      cookie,
      origin: 'https://evil.example',
    });
    expect(signOut.status).toBe(403);
    expect((await visitor(api).call('GET', '/session', undefined, { cookie })).status).toBe(200);
  });

  it('asks nothing of this kind of reading, nor of an API token', async () => {
    const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const read = await visitor(api).call('GET', '/projects', undefined, { cookie, ...evil });
    expect(read.status).toBe(200);
    expect(read.headers.get('access-control-allow-origin')).toBeNull();
    const options = await visitor(api).call('OPTIONS', '/projects', undefined, { cookie, ...evil });
    expect([options.status, options.headers.get('access-control-allow-origin')]).toEqual([405, null]);
    const withToken = await create({
      ...evil,
      authorization: `Bearer ${adminToken}`,
      'content-type': 'text/plain',
    });
    expect(withToken.status).toBe(201);
  });

  it('tells a stranger without a cookie no more than that', async () => {
    const { status } = await visitor(api).call('POST', '/projects', {}, { origin: 'https://evil.example' });
    expect(status).toBe(401);
  });
});

describe('the own origin', () => {
  const proxies = parseTrustedProxies('10.0.0.0/8') as TrustedProxies;
  const statusOf = async (
    placement: { url: string | undefined; trustedProxies: TrustedProxies },
    address: string,
    headers: Record<string, string>,
  ) => {
    const placed = await createTestApi(undefined, placement);
    try {
      const session = await createOwner(placed);
      const sent = { cookie: session, 'content-type': 'application/json', ...headers };
      return (await visitor(placed, address).call('DELETE', '/session', undefined, sent)).status;
    } finally {
      await placed.close();
    }
  };

  it('S-32 is FAUNA_URL alone where it is set', async () => {
    const placement = { url: 'https://flags.example.com', trustedProxies: proxies };
    const from = (origin: string) => statusOf(placement, '10.0.0.1', { origin });
    expect(await from('https://flags.example.com')).toBe(204);
    expect(await from('http://flags.example.com')).toBe(403);
    expect(await from('http://localhost')).toBe(403);
  });

  it('S-32 is what a trusted proxy was asked for, and nobody else is believed about that', async () => {
    const placement = { url: undefined, trustedProxies: proxies };
    const headers = {
      origin: 'https://flags.example.com',
      'x-forwarded-host': 'flags.example.com',
      'x-forwarded-proto': 'https',
    };
    expect(await statusOf(placement, '10.1.2.3', headers)).toBe(204);
    expect(await statusOf(placement, '::ffff:10.1.2.3', headers)).toBe(204);
    expect(await statusOf(placement, '192.0.2.1', headers)).toBe(403);
  });

  it('S-32 is the name that the request was sent to, when a proxy that ends TLS is not known', async () => {
    const placement = { url: undefined, trustedProxies: proxies };
    expect(await statusOf(placement, '192.0.2.1', { origin: 'https://localhost' })).toBe(204);
  });
});
