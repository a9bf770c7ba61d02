import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConfigurationContent, changesBetween } from './changes-between.ts';

const empty: ConfigurationContent = {
  enabled: false,
  offVariation: 'off',
  prerequisites: [],
  targets: [],
  rules: [],
  defaultServe: { variation: 'on' },
};
const condition = (values: string[]) => ({ attribute: 'plan', operator: 'in' as const, values });
const rule = (id: string, values: string[] = ['a'], variation = 'on') => ({
  id,
  match: { combine: 'all' as const, conditions: [condition(values)] },
  serve: { variation },
});
const between = (before: Partial<ConfigurationContent>, after: Partial<ConfigurationContent>) =>
  changesBetween({ ...empty, ...before }, { ...empty, ...after });

describe('changesBetween()', () => {
  it('tells what has come, gone and become another', () => {
    expect(
      between(
        { rules: [rule('a'), rule('b')] },
        { enabled: true, rules: [rule('b', ['a'], 'off'), { ...rule('c'), name: 'New' }] },
      ),
    ).toEqual([
      { path: 'enabled', before: false, after: true },
      { path: 'rules[0].serve.variation', before: 'on', after: 'off' },
      { path: 'rules[1]', after: { ...rule('c'), name: 'New' } },
      { path: 'rules[0]', before: rule('a') },
    ]);
  });

  it('tells a rule that was moved as a move, and no other rule of it', () => {
    const rules = ['a', 'b', 'c'].map((id) => rule(id, [id]));
    expect(between({ rules }, { rules: [...rules].reverse() })).toEqual([
      { path: 'rules', before: ['a', 'b', 'c'], after: ['c', 'b', 'a'] },
    ]);
    expect(between({ rules }, { rules: [rule('new'), ...rules] })).toEqual([
      { path: 'rules[0]', after: rule('new') },
    ]);
  });

  it('tells of lists of keys and values only what came and went', () => {
    const keys = Array.from({ length: 10_000 }, (_, place) => `user-${place}`);
    expect(
      between(
        { targets: [{ variation: 'on', keys }], rules: [rule('a', ['x', 'y'])] },
        { targets: [{ variation: 'on', keys: [...keys.slice(1), 'new'] }], rules: [rule('a', ['y', 'x'])] },
      ),
    ).toEqual([
      { path: 'targets[0].keys', added: ['new'], removed: ['user-0'] },
      { path: 'rules[0].match.conditions[0].values', before: ['x', 'y'], after: ['y', 'x'] },
    ]);
  });

  it('tells a weight by its variation, and a serve that is of another sort', () => {
    const rollout = (on: number) => ({
      rollout: {
        weights: [
          { variation: 'on', weight: on },
          { variation: 'off', weight: 100_000 - on },
        ],
      },
    });
    expect(between({ defaultServe: rollout(10_000) }, { defaultServe: rollout(25_000) })).toEqual([
      { path: 'defaultServe.rollout.weights[0].weight', before: 10_000, after: 25_000 },
      { path: 'defaultServe.rollout.weights[1].weight', before: 90_000, after: 75_000 },
    ]);
    expect(between({}, { defaultServe: rollout(1) })).toEqual([
      { path: 'defaultServe.variation', before: 'on' },
      { path: 'defaultServe.rollout', after: rollout(1).rollout },
    ]);
  });

  it('compares rules without ids by their places', () => {
    const { id: _, ...first } = rule('a');
    const { id: __, ...second } = rule('b', ['z']);
    expect(between({ rules: [first, second] }, { rules: [first] })).toEqual([
      { path: 'rules[1]', before: second },
    ]);
  });

  const configuration = fc.record({
    enabled: fc.boolean(),
    offVariation: fc.constantFrom('on', 'off'),
    prerequisites: fc.array(
      fc.record({ flag: fc.constantFrom('p', 'q'), variation: fc.constantFrom('on', 'off') }),
      { maxLength: 3 },
    ),
    targets: fc.array(
      fc.record({
        variation: fc.constantFrom('on', 'off'),
        keys: fc.array(fc.constantFrom('a', 'b', '__proto__'), { maxLength: 3 }),
      }),
      { maxLength: 3 },
    ),
    rules: fc.array(
      fc
        .tuple(fc.constantFrom('r', 's', 't'), fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }))
        .map(([id, values]) => rule(id, values)),
      { maxLength: 4 },
    ),
    defaultServe: fc.constantFrom(
      { variation: 'on' },
      { variation: 'off' },
      { rollout: { by: 'key', weights: [{ variation: 'on', weight: 100_000 }] } },
    ),
  });

  it('finds no change exactly where there is none, and tells each with what it was and is', () => {
    fc.assert(
      fc.property(configuration, configuration, (before, after) => {
        const changes = changesBetween(before, after);
        expect(changes.length === 0).toBe(JSON.stringify(before) === JSON.stringify(after));
        for (const { path, ...what } of changes) {
          expect(path).not.toBe('');
          expect(Object.keys(what).length).toBeGreaterThan(0);
        }
        expect(changesBetween(after, before).length).toBe(changes.length);
        expect(changesBetween(before, structuredClone(before))).toEqual([]);
      }),
    );
  });
});
