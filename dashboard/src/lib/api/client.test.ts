import { expect, it } from 'vitest';
import { path } from './client.ts';

it('path`` escapes its parts, so that no key reaches into another resource', () => {
  expect(path`/projects/${'shop'}/flags/${'a.b_c-d'}`).toBe('/projects/shop/flags/a.b_c-d');
  expect(path`/projects/${'../x'}/flags/${'a?b#c d'}`).toBe('/projects/..%2Fx/flags/a%3Fb%23c%20d');
  expect(path`/projects`).toBe('/projects');
});
