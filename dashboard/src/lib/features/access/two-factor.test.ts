import { expect, it } from 'vitest';
import { secretInGroups } from './two-factor.ts';

it('secretInGroups() shows a secret in groups of four, and loses nothing of it', () => {
  expect(secretInGroups('GEZDGNBVGY3TQOJQ')).toBe('GEZD GNBV GY3T QOJQ');
  expect(secretInGroups('ABCDE')).toBe('ABCD E');
  expect(secretInGroups('')).toBe('');
});
