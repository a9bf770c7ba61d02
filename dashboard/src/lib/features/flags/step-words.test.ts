import type { ExplanationStep } from '@fauna-flags/core';
import { expect, it } from 'vitest';
import { stepWords } from './step-words.ts';

const match = { combine: 'all', held: true, conditions: [] } as const;
const names = {
  flag: {
    kind: 'boolean',
    variations: [
      { key: 'on', value: true, name: 'Shown' },
      { key: 'off', value: false },
    ],
  },
  configuration: {
    offVariation: 'off',
    rules: [
      {
        id: 'named',
        name: 'Students',
        match: { combine: 'all', conditions: [] },
        serve: { variation: 'on' },
      },
      {
        id: 'audience',
        match: { combine: 'all', conditions: [{ audiences: ['a', 'b'] }] },
        serve: { variation: 'on' },
      },
      {
        id: 'plain',
        match: { combine: 'all', conditions: [{ attribute: 'state', operator: 'exists', values: [] }] },
        serve: { variation: 'on' },
      },
    ],
  },
  audiences: [{ key: 'a', name: 'West' }],
} satisfies Parameters<typeof stepWords>[1];

it('stepWords() tells each decision as a sentence', () => {
  const rule = (id: string, held: boolean): ExplanationStep => ({ step: 'rule', rule: id, held, match });
  const slices = [{ variation: 'on', weight: 100_000, boundary: 2 ** 32, held: true }];
  const rollout = { by: 'key', seed: 's', unit: 'u1', position: 1, percent: 12.34, slices };
  const told: readonly (readonly [ExplanationStep, string])[] = [
    [{ step: 'off', held: true }, 'The flag is off: everyone gets “off”'],
    [{ step: 'off', held: false }, 'The flag is on'],
    [{ step: 'target', held: true, key: 'u1' }, '“u1” is listed individually'],
    [{ step: 'target', held: false }, 'Not listed individually'],
    [rule('named', true), 'Rule “Students” fits'],
    [rule('audience', false), 'Is not in West or b'],
    [rule('plain', false), 'Rule 3 does not fit'],
    [rule('gone', true), 'A rule fits'],
    [
      { step: 'default', held: true, rollout },
      'Nothing else decided: what everyone else gets: “u1” falls into “Shown”, at 12.3% of the bar',
    ],
    [
      { step: 'prerequisite', held: false, flag: 'checkout', variation: 'on', enabled: false },
      'checkout is off, but must serve “on”',
    ],
    [{ step: 'error', held: true, errorCode: 'FLAG_NOT_FOUND', problem: 'No such flag' }, 'No such flag'],
  ];
  for (const [step, words] of told) expect(stepWords(step, names)).toBe(words);
});
