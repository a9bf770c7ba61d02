import { expect, it } from 'vitest';
import { relativeTime } from './relative-time.ts';

it('relativeTime() uses the largest unit that fits', () => {
  const now = Date.UTC(2030, 0, 31, 12);
  const minute = 60_000;
  const told = [0, 59_999, minute, 90 * minute, 26 * 60 * minute, 70 * 24 * 60 * minute, -5 * minute].map(
    (ago) => relativeTime(now - ago, now),
  );
  expect(told).toEqual([
    'just now',
    'just now',
    '1 minute ago',
    '1 hour ago',
    'yesterday',
    '2 months ago',
    'in 5 minutes',
  ]);
});

it('relativeTime() says of what is to come how long it is nearly still', () => {
  const now = Date.UTC(2030, 0, 31, 12);
  const day = 86_400_000;
  const told = [7 * day - 300_000, 90 * day - 1_000, 6.4 * day].map((ahead) =>
    relativeTime(now + ahead, now),
  );
  expect(told).toEqual(['in 7 days', 'in 3 months', 'in 6 days']);
});
