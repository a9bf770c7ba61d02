import { describe, expect, test } from 'vitest';
import { isDeeperThan, isJsonObject, ownMember } from './json.ts';

describe('isDeeperThan()', () => {
  test('counts lists and objects inside each other', () => {
    expect(isDeeperThan(1, 0)).toBe(false);
    expect(isDeeperThan([], 0)).toBe(true);
    expect(isDeeperThan([1, {}], 1)).toBe(true);
    expect(isDeeperThan([1, {}], 2)).toBe(false);
    expect(isDeeperThan({ a: { b: { c: null } } }, 2)).toBe(true);
  });

  test('answers for what would exhaust the call stack', () => {
    let value: unknown = 1;
    for (let i = 0; i < 200_000; i += 1) value = { value };
    expect(isDeeperThan(value, 1_000)).toBe(true);
  });
});

test('ownMember() never finds what an object inherits', () => {
  const parsed: unknown = JSON.parse('{"__proto__": {"a": 1}, "b": 2}');
  if (!isJsonObject(parsed)) throw new Error('Not an object');
  expect(ownMember(parsed, '__proto__')).toEqual({ a: 1 });
  expect(ownMember(parsed, 'b')).toBe(2);
  expect(ownMember(parsed, 'a')).toBeUndefined();
  expect(ownMember(parsed, 'constructor')).toBeUndefined();
  expect(ownMember({}, '__proto__')).toBeUndefined();
});
