import { expect, it, vi } from 'vitest';
import { api, path, whenUnauthorized } from './client.ts';

it('path`` escapes its parts, so that no key reaches into another resource', () => {
  expect(path`/projects/${'shop'}/flags/${'a.b_c-d'}`).toBe('/projects/shop/flags/a.b_c-d');
  expect(path`/projects/${'../x'}/flags/${'a?b#c d'}`).toBe('/projects/..%2Fx/flags/a%3Fb%23c%20d');
  expect(path`/projects`).toBe('/projects');
});

it('tells when nobody is signed in any more, whatever was asked', async () => {
  const tell = vi.fn();
  whenUnauthorized(tell);
  let status = 401;
  vi.stubGlobal('fetch', async () => Response.json({ code: 'unauthorized', detail: 'Sign in' }, { status }));
  await expect(api.get('/session')).rejects.toMatchObject({ status: 401 });
  await expect(api.put('/projects/shop', {})).rejects.toMatchObject({ status: 401 });
  expect(tell).toHaveBeenCalledTimes(2);
  status = 403;
  await expect(api.delete('/projects/shop')).rejects.toMatchObject({ status: 403 });
  status = 200;
  await api.post('/projects', {});
  expect(tell).toHaveBeenCalledTimes(2);
  vi.unstubAllGlobals();
});
