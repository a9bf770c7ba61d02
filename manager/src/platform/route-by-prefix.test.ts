import { describe, expect, it } from 'vitest';
import { routeByPrefix } from './route-by-prefix.ts';

describe('routeByPrefix()', () => {
  const fetch = routeByPrefix({
    routes: [
      { prefixes: ['/api'], fetch: () => new Response('api') },
      { prefixes: ['/connect', '/ofrep'], fetch: () => new Response('bearer') },
    ],
    otherwise: () => new Response('else'),
  });
  const owner = async (url: string) => (await fetch(new Request(url), {})).text();

  it('hands a path to the owner of its first segment', async () => {
    expect(await owner('http://fauna.test/api/v1/projects')).toBe('api');
    expect(await owner('http://fauna.test/connect/client?x=/api')).toBe('bearer');
    expect(await owner('http://fauna.test/api')).toBe('api');
    expect(await owner('http://fauna.test/api?query')).toBe('api');
  });

  it('does not mistake a longer word for a prefix', async () => {
    expect(await owner('http://fauna.test/connection')).toBe('else');
    expect(await owner('http://fauna.test/apis/v1')).toBe('else');
  });

  it('counts doubled slashes as one', async () => {
    expect(await owner('http://fauna.test//ofrep/v1/evaluate/flags')).toBe('bearer');
  });

  it('gives everything else to the rest', async () => {
    expect(await owner('http://fauna.test/')).toBe('else');
    expect(await owner('http://fauna.test')).toBe('else');
  });
});
