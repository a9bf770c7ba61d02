import type { PutConfiguration } from '@fauna-flags/protocol';
import { expect, it } from 'vitest';
import { missingIn } from './configuration-problems.ts';

const words = {
  attributes: [{ key: 'state', type: 'string', name: 'State' }],
  audiences: [{ key: 'students', name: 'Students' }],
} as const;
const base: PutConfiguration = {
  offVariation: 'off',
  prerequisites: [],
  targets: [],
  rules: [],
  defaultServe: { variation: 'on' },
};
const rule = (
  condition: PutConfiguration['rules'][number]['match']['conditions'][number],
  name?: string,
) => ({
  ...(name === undefined ? {} : { name }),
  match: { combine: 'all' as const, conditions: [condition] },
  serve: { variation: 'on' },
});

it('missingIn() says nothing of what can be saved', () => {
  const rules = [
    rule({ audiences: ['students'] }),
    rule({ attribute: 'state', operator: 'equals', values: ['Oregon'] }),
  ];
  expect(missingIn({ ...base, rules }, words)).toBeUndefined();
});

it('missingIn() says what is still to be filled in', () => {
  const told: readonly (readonly [Partial<PutConfiguration>, string])[] = [
    [{ rules: [rule({ audiences: [] })] }, 'Choose at least one audience'],
    [{ rules: [rule({ audiences: [] }, 'Students')] }, 'Choose an audience in “Students”'],
    [{ rules: [rule({ attribute: '', operator: 'equals', values: [] })] }, 'Finish the conditions of rule 1'],
    [
      { defaultServe: { rollout: { weights: [{ variation: 'on', weight: 99_500 }] } } },
      'The percentages sum to 99.5%',
    ],
    [{ prerequisites: [{ flag: '', variation: '' }] }, 'Choose the required flag and its variation'],
  ];
  for (const [change, sentence] of told) expect(missingIn({ ...base, ...change }, words)).toBe(sentence);
});
