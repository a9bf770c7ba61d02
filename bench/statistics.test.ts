import { expect, test } from 'vitest';
import { median } from './statistics.ts';

test('median() is the middle value, whatever the order', () => {
  expect(median([9, 1, 5])).toBe(5);
});

test('median() of an even number of values is the mean of the two in the middle', () => {
  expect(median([100, 1, 2, 4])).toBe(3);
});

test('median() of nothing throws', () => {
  expect(() => median([])).toThrow('no values');
});
