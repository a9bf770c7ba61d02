import { expect, it } from 'vitest';
import { oneMember } from './one-member.ts';

it('oneMember() says what a value must have that has none of the members, or several', () => {
  const two = oneMember('a', 'b');
  const three = oneMember('a', 'b', 'c');
  expect(two({ input: {} })).toBe('must have either "a" or "b"');
  expect(two({ input: { a: 1, b: 1 } })).toBe('must have either "a" or "b", not both');
  expect(three({ input: { d: 1 } })).toBe('must have either "a", "b" or "c"');
  expect(three({ input: { c: 1, a: 1 } })).toBe('must have either "a", "b" or "c", and only one of them');
});

it('oneMember() says nothing of a value that has one of them, or is no object', () => {
  const either = oneMember('a', 'constructor');
  for (const input of [{ a: undefined }, { constructor: 1 }, [], null, 'a', undefined]) {
    expect(either({ input })).toBeUndefined();
  }
  expect(either({ input: {} })).toBe('must have either "a" or "constructor"');
});
