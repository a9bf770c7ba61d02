import { expect, it } from 'vitest';
import { whatGoes } from './what-goes.ts';

it('whatGoes() names everything that is deleted with a user', () => {
  expect(whatGoes({ roles: {} })).toContain('Their account, their sessions and their API tokens');
  expect(whatGoes({ roles: { shop: 'viewer' } })).toContain('their membership of one project and');
  expect(whatGoes({ roles: { shop: 'viewer', bank: 'admin' } })).toContain('memberships of 2 projects and');
});
