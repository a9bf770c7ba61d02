import type { FlagKind } from '@fauna-flags/core';
import type { NamedVariation } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import {
  draftOfVariation,
  emptyVariation,
  readValue,
  readVariations,
  variationKey,
} from './variation-draft.ts';

describe('readVariations()', () => {
  it('gives back what draftOfVariation() took, for every kind', () => {
    const byKind: Readonly<Record<FlagKind, readonly NamedVariation[]>> = {
      boolean: [{ key: 'on', value: true, name: null }],
      string: [
        { key: 'a', value: '', name: null },
        { key: 'b', value: '"quoted" 1', name: 'B' },
      ],
      number: [{ key: 'half', value: -0.5, name: null }],
      json: [{ key: 'deep', value: { a: [1, null, { b: 'ü' }] }, name: null }],
    };
    for (const kind of ['boolean', 'string', 'number', 'json'] as const) {
      const drafts = byKind[kind].map((variation) => draftOfVariation(variation, kind, variation.key));
      expect(readVariations(drafts, kind)).toEqual({ variations: byKind[kind], problems: new Map() });
    }
  });

  it('says at which place a text is no value', () => {
    const drafts = ['1', 'one', ''].map((text) => ({ ...emptyVariation(text), text }));
    expect([...readVariations(drafts, 'number').problems.keys()]).toEqual([1, 2]);
    expect([...readVariations(drafts, 'json').problems.values()]).toEqual([
      'Not valid JSON',
      'Not valid JSON',
    ]);
    expect(readVariations(drafts, 'string').problems.size).toBe(0);
  });
});

it('readValue() takes no number that JSON cannot carry', () => {
  for (const text of ['', ' ', 'NaN', 'Infinity', '1,5']) expect(readValue(text, 'number')).toBeUndefined();
  expect(readValue(' 1e3 ', 'number')).toBe(1_000);
});

it('variationKey() follows the name, then the value, until somebody types a key', () => {
  const draft = emptyVariation('row');
  expect(variationKey(draft, 1)).toBe('variation-2');
  expect(variationKey({ ...draft, text: 'Dark Blue' }, 1)).toBe('dark-blue');
  expect(variationKey({ ...draft, text: '#1e40af', name: 'Blue' }, 1)).toBe('blue');
  expect(variationKey({ ...draft, name: 'Blue', key: 'mine', keyIsChosen: true }, 1)).toBe('mine');
  expect(variationKey({ ...draft, text: 'x'.repeat(100) }, 1)).toHaveLength(32);
});
