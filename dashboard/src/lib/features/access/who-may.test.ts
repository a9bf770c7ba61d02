import { type Permission, permissions, ranks } from '@fauna-flags/protocol';
import { expect, it } from 'vitest';
import { rankIn } from './account.ts';
import { aRank, whoMay } from './who-may.ts';

it('whoMay() names everybody who may, after the one table of rights', () => {
  expect(whoMay('flag.write')).toBe('editors and admins');
  expect(whoMay('member.write')).toBe('admins');
  expect(whoMay('user.write')).toBe('owners of this installation');
  for (const permission of Object.keys(permissions) as Permission[]) expect(whoMay(permission)).not.toBe('');
});

it('aRank() says what somebody is', () => {
  expect([...ranks, undefined].map(aRank)).toEqual([
    'a viewer',
    'an editor',
    'an admin',
    'an owner',
    'no member',
  ]);
});

it('rankIn() knows owners everywhere, and others where they are something', () => {
  const grace = { isOwner: false, roles: { shop: 'editor' } } as const;
  expect(rankIn(grace, 'shop')).toBe('editor');
  for (const project of ['bank', 'constructor', undefined]) expect(rankIn(grace, project)).toBeUndefined();
  for (const project of ['shop', 'bank', undefined]) {
    expect(rankIn({ isOwner: true, roles: { shop: 'viewer' } }, project)).toBe('owner');
  }
});
