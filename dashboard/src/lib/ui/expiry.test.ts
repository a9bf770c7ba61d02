import { expect, it } from 'vitest';
import { expiryOf } from './expiry.ts';

it('expiryOf() says when something ends', () => {
  const now = Date.UTC(2030, 0, 1);
  expect(expiryOf('never', '', now)).toBeNull();
  expect(expiryOf('30', '', now)).toBe('2030-01-31T00:00:00.000Z');
  expect(expiryOf('day', '2030-06-01', now)).toBe('2030-06-01');
  expect(expiryOf('day', '', now)).toBeNull();
});
