import type { ConditionInput, MatchInput } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { describeMatch, matchPhrases } from './describe-match.ts';
import type { Vocabulary } from './vocabulary.ts';

const vocabulary: Vocabulary = {
  attributes: [
    { key: 'state', type: 'string', name: 'State' },
    { key: 'student', type: 'boolean', name: null },
    { key: 'seats', type: 'number', name: 'Seats' },
    { key: 'app', type: 'semver', name: 'App version' },
    { key: 'since', type: 'date', name: 'Customer since' },
    { key: 'plans', type: 'list', name: 'Plans' },
  ],
  audiences: [
    { key: 'staff', name: 'Staff' },
    { key: 'vip', name: 'Very important people' },
  ],
};
const all = (...conditions: ConditionInput[]): MatchInput => ({ combine: 'all', conditions });
const any = (...conditions: ConditionInput[]): MatchInput => ({ combine: 'any', conditions });
const tell = (match: MatchInput) => describeMatch(match, vocabulary);
const inStates = (...values: string[]) => ({ attribute: 'state', operator: 'in', values });

describe('describeMatch()', () => {
  it('reads as a sentence', () => {
    const match = all(inStates('California', 'Oregon', 'Washington'), {
      attribute: 'student',
      operator: 'is',
      values: [true],
    });
    expect(tell(match)).toBe('State is any of California, Oregon or Washington, and student is true');
    expect(tell({ ...match, combine: 'any' })).toBe(
      'State is any of California, Oregon or Washington, or student is true',
    );
  });

  it('says one value plainly and several as a choice', () => {
    expect(tell(all(inStates('Texas')))).toBe('State is Texas');
    expect(tell(all({ ...inStates('Texas'), negate: true }))).toBe('State is not Texas');
    expect(tell(all({ ...inStates('Texas', 'Ohio'), negate: true }))).toBe('State is none of Texas or Ohio');
    const plans = (operator: string, ...values: string[]) =>
      tell(all({ attribute: 'plans', operator, values }));
    expect(plans('containsAll', 'a', 'b')).toBe('Plans contains all of a and b');
    expect(plans('containsAny', 'a', 'b')).toBe('Plans contains any of a or b');
    expect(plans('containsAny', 'a')).toBe('Plans contains a');
  });

  it.each([
    [{ attribute: 'seats', operator: 'lt', values: [5] }, 'Seats is less than 5'],
    [{ attribute: 'seats', operator: 'gte', values: [5] }, 'Seats is at least 5'],
    [{ attribute: 'app', operator: 'lt', values: ['2.0'] }, 'App version is older than 2.0'],
    [{ attribute: 'app', operator: 'gt', values: ['2.0'] }, 'App version is newer than 2.0'],
    [
      { attribute: 'since', operator: 'before', values: ['2030-01-31'] },
      'Customer since is before 2030-01-31',
    ],
    [
      { attribute: 'since', operator: 'after', values: ['2030-01-31T10:30:00+02:00'], negate: true },
      'Customer since is not after 2030-01-31 08:30 UTC',
    ],
    [{ attribute: 'since', operator: 'after', values: [0] }, 'Customer since is after 1970-01-01 00:00 UTC'],
    [{ attribute: 'state', operator: 'exists', values: [] }, 'State is set'],
    [{ attribute: 'state', operator: 'exists', values: [], negate: true }, 'State is not set'],
    [{ attribute: 'state', operator: 'matches', values: ['^a,b$'] }, 'State matches the pattern “^a,b$”'],
    [{ attribute: 'key', operator: 'in', values: ['u1'] }, 'User key is u1'],
    [{ audiences: ['staff'] }, 'is in Staff'],
    [{ audiences: ['staff', 'vip'] }, 'is in any of Staff or Very important people'],
    [{ audiences: ['staff', 'vip'], negate: true }, 'is not in Staff or Very important people'],
  ] satisfies [ConditionInput, string][])('tells %j', (condition, sentence) => {
    expect(tell(all(condition))).toBe(sentence);
  });

  it('puts brackets around a group only where its joint differs from the one outside', () => {
    const one = inStates('Texas');
    const two = { audiences: ['staff'] };
    expect(tell(all(one, any(one, two)))).toBe('State is Texas, and (State is Texas, or is in Staff)');
    expect(tell(all(one, all(one, two)))).toBe('State is Texas, and State is Texas, and is in Staff');
    expect(tell(all(any(one, two)))).toBe('State is Texas, or is in Staff');
    expect(tell(all(one, any(two)))).toBe('State is Texas, and is in Staff');
  });

  it('counts what would make it too long', () => {
    expect(tell(all(inStates('a', 'b', 'c', 'd', 'e')))).toBe('State is any of a, b, c, d or e');
    expect(tell(all(inStates('a', 'b', 'c', 'd', 'e', 'f')))).toBe('State is any of a, b, c, d or 2 more');
  });

  it('quotes values whose ends could not be seen', () => {
    expect(tell(all(inStates('', ' x', 'a,b')))).toBe('State is any of “”, “ x” or “a,b”');
  });

  it('says what is not there yet, and hides nothing that it does not know', () => {
    expect(tell(all())).toBe('nobody yet');
    expect(tell(all({ attribute: '', operator: '', values: [] }))).toBe(
      'an attribute that is not chosen yet',
    );
    expect(tell(all({ audiences: [] }))).toBe('is in …');
    expect(tell(all(inStates()))).toBe('State is any of …');
    expect(tell(all({ attribute: 'gone', operator: 'sounds like', values: ['x'] }))).toBe(
      'gone sounds like x',
    );
    expect(tell(all({ attribute: 'constructor', operator: 'toString', values: [1] }))).toBe(
      'constructor toString 1',
    );
    expect(tell(all({ attribute: 'since', operator: 'before', values: ['soon'] }))).toBe(
      'Customer since is before soon',
    );
  });
});

it('matchPhrases() marks names and values', () => {
  expect(matchPhrases(all(inStates('Texas', 'Ohio'), { audiences: ['vip'] }), vocabulary)).toEqual([
    { kind: 'attribute', text: 'State' },
    { kind: 'word', text: ' is any of ' },
    { kind: 'value', text: 'Texas' },
    { kind: 'word', text: ' or ' },
    { kind: 'value', text: 'Ohio' },
    { kind: 'word', text: ', and ' },
    { kind: 'word', text: 'is in ' },
    { kind: 'audience', text: 'Very important people' },
  ]);
});
