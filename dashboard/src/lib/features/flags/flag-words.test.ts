import { expect, it } from 'vitest';
import { whoGetsIt } from './flag-words.ts';

it('whoGetsIt() names the part of all users that a rollout reaches', () => {
  expect(whoGetsIt({ targeting: 'everyone', share: 25_000 })).toBe('25%');
  expect(whoGetsIt({ targeting: 'everyone', share: 500 })).toBe('0.5%');
  expect(whoGetsIt({ targeting: 'everyone', share: 0 })).toBe('0%');
  expect(whoGetsIt({ targeting: 'everyone', share: 100_000 })).toBe('Everyone');
  expect(whoGetsIt({ targeting: 'everyone', share: null })).toBe('Everyone');
  expect(whoGetsIt({ targeting: 'audiences', share: null })).toBe('Audiences');
});
