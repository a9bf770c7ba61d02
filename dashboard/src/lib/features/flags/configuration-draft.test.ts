import type { Configuration } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { chooseMode, draftOf, putOf, putOfConfiguration, sameConfiguration } from './configuration-draft.ts';

const students = { combine: 'all', conditions: [{ audiences: ['students'] }] } as const;
const inOregon = {
  combine: 'all',
  conditions: [{ attribute: 'state', operator: 'equals', values: ['Oregon'] }],
} as const;
const base: Configuration = {
  flag: 'google-pay',
  environment: 'production',
  enabled: true,
  offVariation: 'off',
  prerequisites: [],
  targets: [],
  rules: [],
  defaultServe: { variation: 'on' },
  revision: 3,
  updatedAt: '2030-01-31T12:00:00Z',
};
const configurations: Readonly<Record<string, Configuration>> = {
  everyone: base,
  nobody: { ...base, defaultServe: { variation: 'off' } },
  rollout: {
    ...base,
    defaultServe: {
      rollout: {
        by: 'state',
        seed: 'kept',
        hash: 'fauna',
        weights: [
          { variation: 'on', weight: 1_000 },
          { variation: 'off', weight: 99_000 },
        ],
      },
    },
  },
  audiences: {
    ...base,
    rules: [{ id: 'r1', name: 'Students', match: students, serve: { variation: 'on' } }],
    defaultServe: { variation: 'off' },
  },
  rules: {
    ...base,
    prerequisites: [{ flag: 'checkout', variation: 'on' }],
    targets: [{ variation: 'on', keys: ['u1'] }],
    rules: [
      { id: 'r1', match: inOregon, serve: { variation: 'on' } },
      { id: 'r2', name: 'Students', match: students, serve: { variation: 'off' } },
    ],
  },
};

const begin = (configuration: Configuration) => {
  let last = 0;
  const newId = () => {
    last += 1;
    return `row-${last}`;
  };
  return { draft: draftOf(configuration, ['on', 'off'], newId), newId };
};

describe('draftOf()', () => {
  it.each(Object.entries(configurations))(
    'shows %s without losing anything of it',
    (_name, configuration) => {
      const put = putOf(begin(configuration).draft);
      expect(sameConfiguration(put, putOfConfiguration(configuration))).toBe(true);
      const { offVariation, prerequisites, targets, rules, defaultServe } = configuration;
      expect(put).toEqual({ offVariation, prerequisites, targets, rules, defaultServe });
    },
  );

  it('opens in the simplest mode that shows everything', () => {
    const modes = Object.values(configurations).map((configuration) => begin(configuration).draft.mode);
    expect(modes).toEqual(['everyone', 'everyone', 'everyone', 'audiences', 'rules']);
  });

  it('offers another mode something that gives the flag to somebody', () => {
    const { draft } = begin({ ...base, defaultServe: { variation: 'off' } });
    expect(draft.audiences).toMatchObject({ serve: { variation: 'on' }, others: 'off' });
  });
});

describe('chooseMode()', () => {
  it('goes from audiences to a rule that says the same', () => {
    const audiences = begin({ ...base, ...configurations.audiences });
    const edited = {
      ...audiences.draft,
      audiences: { ...audiences.draft.audiences, keys: ['students', 'staff'] },
    };
    const rules = chooseMode(edited, 'rules', audiences.newId);
    expect(putOf(rules)).toEqual(putOf(edited));
  });

  it('carries no rule along that names no audience', () => {
    const { draft, newId } = begin(base);
    const rules = chooseMode(chooseMode(draft, 'audiences', newId), 'rules', newId);
    expect(putOf(rules).rules).toEqual([]);
  });

  it('brings back the rules that were there before a simpler mode was tried', () => {
    const { draft, newId } = begin({ ...base, ...configurations.rules });
    const simple = chooseMode(draft, 'everyone', newId);
    expect(putOf(simple).rules).toEqual([]);
    expect(putOf(chooseMode(simple, 'rules', newId))).toEqual(putOf(draft));
  });
});

describe('putOf()', () => {
  it('leaves out slices without weight and names without a word', () => {
    const { draft } = begin(base);
    const weights = [
      { variation: 'on', weight: 100_000 },
      { variation: 'off', weight: 0 },
    ];
    expect(putOf({ ...draft, everyone: { rollout: { by: 'key', weights } } }).defaultServe).toEqual({
      rollout: { weights: [{ variation: 'on', weight: 100_000 }] },
    });
    const audiences = { ...draft.audiences, rule: { draftId: 'row', name: '  ' }, keys: ['students'] };
    expect(putOf({ ...draft, mode: 'audiences', audiences }).rules[0]).not.toHaveProperty('name');
  });
});

it('sameConfiguration() sees through order of members and what is false anyway', () => {
  const put = putOfConfiguration({ ...base, ...configurations.audiences });
  const negatedNot = {
    ...put,
    rules: put.rules.map((rule) => ({
      ...rule,
      match: { conditions: [{ negate: false, audiences: ['students'] }], combine: 'all' as const },
    })),
  };
  expect(sameConfiguration(put, negatedNot)).toBe(true);
  expect(sameConfiguration(put, { ...put, offVariation: 'on' })).toBe(false);
});
