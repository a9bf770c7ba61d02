import { expect, test } from 'vitest';
import { median, quantile } from './statistics.ts';

test('median() is the middle value, whatever the order', () => {
  expect(median([9, 1, 5])).toBe(5);
});

test('median() of an even number of values is the mean of the two in the middle', () => {
  expect(median([100, 1, 2, 4])).toBe(3);
});

test('median() of nothing throws', () => {
  expect(() => median([])).toThrow('no values');
});

test('quantile() is the smallest value that this share of all does not exceed', () => {
  const values = [5, 1, 4, 2, 3];
  expect([0, 0.2, 0.5, 0.99, 1].map((share) => quantile(values, share))).toEqual([1, 1, 3, 5, 5]);
});
