import { describe, expect, it } from 'vitest';
import { audiencesOf, shareOf, type TargetingParts, targetingOf } from './targeting-of.ts';

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

describe('shareOf()', () => {
  const rollout = (weights: Readonly<Record<string, number>>) => ({
    rollout: { weights: Object.entries(weights).map(([variation, weight]) => ({ variation, weight })) },
  });
  const quarter = rollout({ on: 25_000, off: 75_000 });

  it('counts whoever gets anything but the off variation', () => {
    expect(shareOf({ ...base, defaultServe: quarter })).toBe(25_000);
    expect(shareOf({ ...base, defaultServe: rollout({ a: 20_000, off: 70_000, b: 10_000 }) })).toBe(30_000);
    expect(shareOf({ ...base, defaultServe: rollout({ off: 100_000 }) })).toBe(0);
    expect(shareOf({ ...base, defaultServe: rollout({ a: 50_000, b: 50_000 }) })).toBe(100_000);
  });

  it('is null where no rollout alone decides', () => {
    expect(shareOf(base)).toBeNull();
    expect(shareOf({ ...base, defaultServe: { variation: 'off' } })).toBeNull();
    const targets = [{ variation: 'on', keys: ['u'] }];
    expect(shareOf({ ...base, targets, defaultServe: quarter })).toBeNull();
  });
});

describe('audiencesOf()', () => {
  it('names the audiences of a plain "in any of" and of nothing else', () => {
    expect(audiencesOf(students)).toEqual(['students']);
    expect(audiencesOf({ combine: 'all', conditions: [students] })).toBeUndefined();
    expect(audiencesOf({ combine: 'any', conditions: [] })).toBeUndefined();
  });
});
