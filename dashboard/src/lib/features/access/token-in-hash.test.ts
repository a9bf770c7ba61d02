import { expect, it } from 'vitest';
import { tokenInHash } from './token-in-hash.ts';

it('tokenInHash() reads the token of a one-time link and nothing else', () => {
  expect(tokenInHash('#token=aB-9_x')).toBe('aB-9_x');
  for (const hash of ['', '#', '#token=', '#other=1', '#main']) expect(tokenInHash(hash)).toBeUndefined();
});
