import { DrizzleQueryError } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { reasonOf } from './reason-of.ts';

describe('reasonOf()', () => {
  it('says what the database said, and no parameter of the query', () => {
    const error = new DrizzleQueryError('SELECT $1', ['a secret'], new Error('relation "x" does not exist'));
    expect(reasonOf(error)).toBe('relation "x" does not exist');
    expect(reasonOf(new DrizzleQueryError('SELECT $1', ['a secret']))).not.toContain('secret');
  });

  it('says of many addresses what each of them said', () => {
    expect(reasonOf(new AggregateError([new Error('refused'), new Error('unreachable')]))).toBe(
      'Error: refused, Error: unreachable',
    );
  });

  it('has words for everything that can be thrown', () => {
    expect([new TypeError('No'), new TypeError(), 'a text', undefined].map(reasonOf)).toEqual([
      'No',
      'TypeError',
      'something that is no error was thrown',
      'something that is no error was thrown',
    ]);
  });
});
