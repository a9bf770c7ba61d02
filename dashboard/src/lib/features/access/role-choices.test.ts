import { expect, it } from 'vitest';
import { rankName, roleChoices, tokenRanks } from './role-choices.ts';

it('tokenRanks() offers for one project what its maker is there, and less', () => {
  expect(tokenRanks('viewer', 'shop')).toEqual(['viewer']);
  expect(tokenRanks('editor', 'shop')).toEqual(['viewer', 'editor']);
  expect(tokenRanks('owner', 'shop')).toEqual(['viewer', 'editor', 'admin']);
  expect(tokenRanks(undefined, 'shop')).toEqual([]);
});

it('tokenRanks() offers owners alone a token that owns the installation', () => {
  expect(tokenRanks('owner', undefined)).toEqual(['viewer', 'editor', 'admin', 'owner']);
  expect(tokenRanks(undefined, undefined)).toEqual(['viewer', 'editor', 'admin']);
});

it('roleChoices offer every role of a project, the least first', () => {
  expect(roleChoices.map(({ value }) => rankName(value))).toEqual(['Viewer', 'Editor', 'Admin']);
});
