import { type AttributeType, operatorsByType } from '@fauna-flags/core';
import { describe, expect, it } from 'vitest';
import { canIgnoreCase, firstOperator, operatorChoices, operatorWords } from './operator-words.ts';

const types = Object.keys(operatorsByType) as AttributeType[];

describe('operatorChoices()', () => {
  it.each(types)('offers every operator of a %s, each with words of its own', (type) => {
    const choices = operatorChoices(type);
    expect(new Set(choices.map(({ operator }) => operator))).toEqual(new Set(operatorsByType[type]));
    const words = choices.map((choice) => operatorWords(choice, { type }));
    expect(new Set(words).size).toBe(choices.length);
    expect(operatorsByType[type]).toContain(firstOperator[type]);
  });

  it('keeps a choice that it would not offer, so that showing a condition does not change it', () => {
    const odd = { operator: 'lt', negate: true };
    expect(operatorChoices('number')).not.toContainEqual(odd);
    expect(operatorChoices('number', odd)).toContainEqual(odd);
    expect(operatorChoices('string', { operator: 'later', negate: false })).toContainEqual({
      operator: 'later',
      negate: false,
    });
    expect(operatorChoices('string', { operator: 'in', negate: true })).toEqual(operatorChoices('string'));
    expect(operatorChoices('string', { operator: '', negate: false })).toEqual(operatorChoices('string'));
  });
});

it('operatorWords() speaks of versions by age', () => {
  expect(operatorWords({ operator: 'lt', negate: false }, { type: 'semver' })).toBe('is older than');
  expect(operatorWords({ operator: 'lt', negate: false }, { type: 'number' })).toBe('is less than');
  expect(operatorWords({ operator: 'later', negate: true }, { type: 'string' })).toBe('not later');
});

it('canIgnoreCase() holds for texts that are compared', () => {
  expect(canIgnoreCase('string', 'matches')).toBe(true);
  expect(canIgnoreCase('list', 'containsAll')).toBe(true);
  expect(canIgnoreCase('string', 'exists')).toBe(false);
  expect(canIgnoreCase('semver', 'equals')).toBe(false);
  expect(canIgnoreCase(undefined, 'in')).toBe(false);
});
