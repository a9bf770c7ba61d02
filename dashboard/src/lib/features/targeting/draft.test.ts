import type { MatchInput } from '@fauna-flags/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toMatchInput } from './any-match.ts';
import { draftOf, keptDraft, matchOf, sameMatch } from './draft.ts';
import { addCondition, emptyAttributeCondition } from './edit-draft.ts';

const attributes = [
  { key: 'state', type: 'string', name: null },
  { key: 'seats', type: 'number', name: null },
] as const;
const ids = () => {
  let last = 0;
  return () => `c${++last}`;
};

const words = fc.constantFrom('state', 'seats', 'gone', '__proto__');
const value = fc.oneof(fc.string(), fc.integer(), fc.boolean());
const { match } = fc.letrec<{ match: MatchInput; condition: MatchInput['conditions'][number] }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small' },
    fc.record(
      {
        attribute: words,
        operator: fc.constantFrom('in', 'lt', 'contains', 'later'),
        values: fc.array(value, { maxLength: 3 }),
        negate: fc.boolean(),
      },
      { requiredKeys: ['attribute', 'operator', 'values'] },
    ),
    fc.record(
      { audiences: fc.array(words, { maxLength: 3 }), negate: fc.boolean() },
      { requiredKeys: ['audiences'] },
    ),
    tie('match'),
  ),
  match: fc.record({
    combine: fc.constantFrom('all' as const, 'any' as const),
    conditions: fc.array(tie('condition'), { maxLength: 4 }),
  }),
}));

describe('a draft', () => {
  it('gives back the match that it was made of', () => {
    fc.assert(
      fc.property(match, (given) => sameMatch(matchOf(draftOf(given, ids()), { attributes }), given)),
    );
  });

  it('leaves out what says nothing, and the values of "is set"', () => {
    const draft = draftOf(
      {
        combine: 'any',
        conditions: [
          { attribute: 'state', operator: 'exists', values: ['kept'], negate: false, ignoreCase: true },
          { attribute: 'state', operator: 'in', values: ['x'], negate: true, ignoreCase: true },
          { attribute: 'seats', operator: 'lt', values: [1], ignoreCase: true },
          { audiences: ['a'], negate: false },
        ],
      },
      ids(),
    );
    expect(matchOf(draft, { attributes })).toEqual({
      combine: 'any',
      conditions: [
        { attribute: 'state', operator: 'exists', values: [] },
        { attribute: 'state', operator: 'in', values: ['x'], negate: true, ignoreCase: true },
        { attribute: 'seats', operator: 'lt', values: [1] },
        { audiences: ['a'] },
      ],
    });
  });
});

describe('keptDraft()', () => {
  const newId = ids();
  const options = { newId, attributes };
  const given: MatchInput = {
    combine: 'all',
    conditions: [{ attribute: 'state', operator: 'exists', values: [] }],
  };

  it('keeps the draft while the match says what it says, so that ids and unused values live on', () => {
    const draft = addCondition(draftOf(given, newId), 'none', emptyAttributeCondition('x'));
    expect(keptDraft(draft, matchOf(draft, { attributes }), options)).toBe(draft);
    expect(keptDraft(draft, structuredClone(given), options)).toBe(draft);
  });

  it('begins anew with a match that says something else', () => {
    const draft = draftOf(given, newId);
    const other: MatchInput = { ...given, combine: 'any' };
    const next = keptDraft(draft, other, options);
    expect(next).not.toBe(draft);
    expect(matchOf(next, { attributes })).toEqual(other);
    expect(matchOf(keptDraft(undefined, given, options), { attributes })).toEqual(given);
  });
});

it('sameMatch() compares what matches say, not how they spell it', () => {
  const one = { attribute: 'state', operator: 'in', values: ['x'] };
  const all = (condition: MatchInput['conditions'][number]): MatchInput => ({
    combine: 'all',
    conditions: [condition],
  });
  expect(sameMatch(all(one), all({ values: ['x'], negate: false, operator: 'in', attribute: 'state' }))).toBe(
    true,
  );
  expect(sameMatch(all(one), all({ ...one, negate: true }))).toBe(false);
  expect(sameMatch(all(one), all({ ...one, values: ['y'] }))).toBe(false);
  expect(sameMatch(all({ audiences: ['a'] }), all({ audiences: ['a'], negate: true }))).toBe(false);
  expect(sameMatch(all(one), { combine: 'any', conditions: [one] })).toBe(false);
});

it('toMatchInput() copies a match, member by member', () => {
  fc.assert(
    fc.property(match, (given) => {
      expect(toMatchInput(given)).toEqual(given);
      expect(toMatchInput(given)).not.toBe(given);
    }),
  );
});
