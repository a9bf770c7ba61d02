import { flag, ruleset } from '@fauna-flags/core/testing';
import { ofrepBulkSchema } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { bearerWorld } from '../testing/bearer-world.ts';
import { clientKey, registered, registryOf, serverKey } from '../testing/documents.ts';

const bulk = '/ofrep/v1/evaluate/flags';
const origin = 'https://shop.example';
const world = () =>
  bearerWorld({
    ruleset: ruleset(flag('pay').on(), flag('split').on().rollout(50)),
    registry: registryOf(
      registered(clientKey, { origins: [origin] }),
      registered(serverKey, { kind: 'server', origins: [] }),
    ),
  });

describe('OFREP for pages of another origin (22)', () => {
  it('answers preflights for every path, method and header that providers use, once in two hours', async () => {
    const { request } = await world();
    for (const path of [bulk, `${bulk}/pay`, '/ofrep/v1/stream']) {
      const response = await request(path, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,if-none-match',
        },
      });
      const { headers } = response;
      expect([response.status, headers.get('access-control-allow-origin')]).toEqual([204, origin]);
      expect(headers.get('access-control-max-age')).toBe('7200');
      for (const method of ['POST', 'GET', 'OPTIONS'])
        expect(headers.get('access-control-allow-methods')).toContain(method);
      for (const header of ['content-type', 'authorization', 'x-api-key', 'if-none-match'])
        expect(headers.get('access-control-allow-headers')).toContain(header);
    }
  });

  it('lets an origin of the key read every answer, whatever its status, with ETag and Retry-After', async () => {
    const { post, request, bearer } = await world();
    const first = await post(bulk, {}, { origin });
    const etag = first.headers.get('etag') ?? '';
    const url = ofrepBulkSchema.parse(await first.json()).eventStreams?.[0]?.endpoint.requestUri ?? '';
    const stream = await request(url, { headers: { origin } });
    const answers = [
      [200, first],
      [304, await post(bulk, {}, { origin, 'if-none-match': etag })],
      [400, await post(`${bulk}/split`, {}, { origin })],
      [401, await post(bulk, {}, { origin, authorization: 'Bearer a-key-that-nobody-has-made' })],
      [404, await post(`${bulk}/nothing`, {}, { origin })],
      [413, await post(bulk, 'x'.repeat(70_000), { origin })],
      [200, stream],
    ] as const;
    for (const [status, { status: answered, headers }] of answers)
      expect([
        answered,
        headers.get('access-control-allow-origin'),
        headers.get('access-control-expose-headers'),
        headers.get('vary'),
      ]).toEqual([status, origin, 'ETag, Retry-After, Fauna-Age', expect.stringContaining('Origin')]);
    await bearer.close();
  });

  it('shows nothing to another origin, and to no page what a server key gets', async () => {
    const { post } = await world();
    const foreign = await post(bulk, {}, { origin: 'https://evil.example' });
    expect([foreign.status, foreign.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    const server = await post(bulk, {}, { origin, authorization: `Bearer ${serverKey}` });
    expect([server.status, server.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });
});
