import { describe, expect, it } from 'vitest';
import { audiencesOf, type TargetingParts, targetingOf } from './targeting.ts';

const students = { combine: 'all', conditions: [{ audiences: ['students'] }] } as const;
const base: TargetingParts = {
  offVariation: 'off',
  prerequisites: [],
  targets: [],
  rules: [],
  defaultServe: { variation: 'on' },
};

describe('targetingOf()', () => {
  it('says everyone when only the default serve decides', () => {
    expect(targetingOf(base)).toBe('everyone');
    const weights = [
      { variation: 'on', weight: 10_000 },
      { variation: 'off', weight: 90_000 },
    ];
    expect(targetingOf({ ...base, defaultServe: { rollout: { weights } } })).toBe('everyone');
  });

  it('says nobody when the default serve is the off variation and nothing else decides', () => {
    expect(targetingOf({ ...base, defaultServe: { variation: 'off' } })).toBe('nobody');
  });

  it('says audiences for one rule "in any of", whatever it serves', () => {
    const rules = [{ match: students, serve: { variation: 'on' } }];
    expect(targetingOf({ ...base, rules, defaultServe: { variation: 'off' } })).toBe('audiences');
  });

  it('says rules for whatever the simpler words would hide', () => {
    const rule = { match: students, serve: { variation: 'on' } };
    const negated = { combine: 'all', conditions: [{ audiences: ['students'], negate: true }] } as const;
    const onAttribute = {
      combine: 'all',
      conditions: [{ attribute: 'state', operator: 'equals', values: ['Oregon'] }],
    } as const;
    const rollout = { rollout: { weights: [{ variation: 'on', weight: 100_000 }] } };
    expect(targetingOf({ ...base, rules: [rule, rule] })).toBe('rules');
    expect(targetingOf({ ...base, rules: [{ ...rule, match: negated }] })).toBe('rules');
    expect(targetingOf({ ...base, rules: [{ ...rule, match: onAttribute }] })).toBe('rules');
    expect(targetingOf({ ...base, rules: [rule], defaultServe: rollout })).toBe('rules');
    expect(targetingOf({ ...base, targets: [{ variation: 'on', keys: ['u'] }] })).toBe('rules');
    expect(targetingOf({ ...base, prerequisites: [{ flag: 'f', variation: 'on' }] })).toBe('rules');
  });
});

describe('audiencesOf()', () => {
  it('names the audiences of a plain "in any of" and of nothing else', () => {
    expect(audiencesOf(students)).toEqual(['students']);
    expect(audiencesOf({ combine: 'all', conditions: [students] })).toBeUndefined();
    expect(audiencesOf({ combine: 'any', conditions: [] })).toBeUndefined();
  });
});
