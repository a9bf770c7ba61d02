import { describe, expect, it } from 'vitest';
import { withBearerApi } from './with-bearer-api.ts';

describe('withBearerApi()', () => {
  const fetch = withBearerApi({
    api: () => new Response('api'),
    bearerApi: () => new Response('bearers'),
  });
  const owner = async (path: string) =>
    (await fetch(new Request(`http://127.0.0.1:3000${path}`), undefined)).text();

  it('gives /api/bearer to those who serve bearers', async () => {
    for (const path of [
      '/api/bearer',
      '/api/bearer?x',
      '/api/bearer/',
      '/api/bearer/v1/stream',
      '//api//bearer/v1',
    ])
      expect([path, await owner(path)]).toEqual([path, 'bearers']);
  });

  it('gives everything else to the management API', async () => {
    for (const path of [
      '/api',
      '/api/v1',
      '/api/bearers',
      '/api/v1/bearer',
      '/api/v1?/api/bearer',
      '/x/api/bearer',
    ])
      expect([path, await owner(path)]).toEqual([path, 'api']);
  });
});
