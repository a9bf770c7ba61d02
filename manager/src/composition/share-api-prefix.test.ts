import { describe, expect, it } from 'vitest';
import { shareApiPrefix } from './share-api-prefix.ts';

describe('shareApiPrefix()', () => {
  const fetch = shareApiPrefix({
    api: () => new Response('api'),
    bearerApi: () => new Response('bearers'),
    pages: () => new Response('pages'),
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

  it('gives the pages about the API to the dashboard', async () => {
    for (const path of ['/api/docs', '/api/docs/', '/api/docs/createFlag', '/api/docs?x', '//api//docs'])
      expect([path, await owner(path)]).toEqual([path, 'pages']);
  });

  it('gives everything else to the management API', async () => {
    for (const path of [
      '/api',
      '/api/v1',
      '/api/bearers',
      '/api/docsx',
      '/api/v1/docs',
      '/api/v1?/api/docs',
      '/api/v1/bearer',
      '/api/v1?/api/bearer',
      '/x/api/bearer',
    ])
      expect([path, await owner(path)]).toEqual([path, 'api']);
  });
});
