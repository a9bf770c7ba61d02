import type { PutConfiguration } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { describeChanges } from './describe-changes.ts';
import { describeWho, type FlagVocabulary } from './describe-serve.ts';

const words: FlagVocabulary = {
  flag: {
    kind: 'boolean',
    variations: [
      { key: 'on', value: true, name: null },
      { key: 'off', value: false, name: null },
    ],
  },
  attributes: [{ key: 'state', type: 'string', name: 'State' }],
  audiences: [
    { key: 'students', name: 'Students' },
    { key: 'staff', name: 'Staff' },
  ],
};
const everyone: PutConfiguration = {
  offVariation: 'off',
  prerequisites: [],
  targets: [],
  rules: [],
  defaultServe: { variation: 'on' },
};
const rollout = (weight: number) => ({
  rollout: {
    weights: [
      { variation: 'on', weight },
      { variation: 'off', weight: 100_000 - weight },
    ],
  },
});
const ofAudiences = (...audiences: string[]): PutConfiguration => ({
  ...everyone,
  rules: [{ id: 'r1', match: { combine: 'all', conditions: [{ audiences }] }, serve: { variation: 'on' } }],
  defaultServe: { variation: 'off' },
});
const oregon = (id?: string) => ({
  ...(id === undefined ? {} : { id }),
  name: 'Oregon',
  match: {
    combine: 'all' as const,
    conditions: [{ attribute: 'state', operator: 'equals', values: ['Oregon'] }],
  },
  serve: { variation: 'on' },
});

describe('describeWho()', () => {
  it('says who gets what in one sentence', () => {
    expect(describeWho(everyone, words)).toBe('Everyone gets “on”');
    expect(describeWho({ ...everyone, defaultServe: rollout(12_500) }, words)).toBe(
      'Everyone gets “on” for 12.5% and “off” for 87.5%',
    );
    expect(describeWho(ofAudiences('students', 'staff'), words)).toBe(
      'Whoever is in Students or Staff gets “on”, everyone else “off”',
    );
    const rules = { ...everyone, rules: [oregon('a')], targets: [{ variation: 'on', keys: ['u1', 'u2'] }] };
    expect(describeWho(rules, words)).toBe('2 individual users and 1 rule decide, everyone else gets “on”');
  });
});

describe('describeChanges()', () => {
  it('says nothing when nothing changes', () => {
    expect(describeChanges(ofAudiences('students'), ofAudiences('students'), words)).toEqual([]);
  });

  it('says both sides of a simple change in one sentence', () => {
    expect(describeChanges(everyone, ofAudiences('students'), words)).toEqual([
      'Whoever is in Students gets “on”, everyone else “off” (until now: everyone gets “on”)',
    ]);
  });

  it('names each rule, user, prerequisite and default that changes', () => {
    const before: PutConfiguration = {
      ...everyone,
      prerequisites: [{ flag: 'checkout', variation: 'on' }],
      targets: [{ variation: 'on', keys: ['u1', 'u2'] }],
      rules: [oregon('a'), { ...oregon('b'), name: 'Second' }],
    };
    const after: PutConfiguration = {
      offVariation: 'on',
      prerequisites: [],
      targets: [{ variation: 'on', keys: ['u2', 'u3', 'u4', 'u5', 'u6'] }],
      rules: [{ ...oregon('b'), name: 'Second', serve: rollout(10_000) }, oregon()],
      defaultServe: { variation: 'off' },
    };
    expect(describeChanges(before, after, words)).toEqual([
      'It no longer needs checkout to serve “on”',
      'u3, u4, u5 and 1 more always get “on”',
      'u1 no longer gets “on” individually',
      'Rule 1 “Second” serves “on” for 10% and “off” for 90% (until now “on”)',
      'New rule 2 “Oregon”: whoever fits State is Oregon gets “on”',
      'Rule 1 “Oregon” is removed',
      'Everyone else gets “off” (until now “on”)',
      'Switched off, it serves “on” (until now “off”)',
    ]);
  });

  it('tells when only the order of rules changes', () => {
    const [first, second] = [oregon('a'), { ...oregon('b'), name: 'Second' }];
    const before = { ...everyone, rules: [first, second] };
    expect(describeChanges(before, { ...before, rules: [second, first] }, words)).toEqual([
      'Rules are asked in this order: “Second” and “Oregon”',
    ]);
  });
});
