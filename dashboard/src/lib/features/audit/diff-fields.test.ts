import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffFields } from './diff-fields.ts';

const vocabulary = { attributes: [{ key: 'state', type: 'string', name: 'State' }], audiences: [] } as const;
const diff = (before: unknown, after: unknown) => diffFields(before, after, vocabulary);
const inState = (state: string) => ({
  combine: 'all',
  conditions: [{ attribute: 'state', operator: 'in', values: [state] }],
});

describe('diffFields()', () => {
  it('tells only what differs, and nothing that the API keeps for itself', () => {
    expect(
      diff(
        { id: '1', name: 'A', description: null, revision: 1, updatedAt: 'x', tags: ['a'] },
        { id: '1', name: 'B', description: 'new', revision: 2, updatedAt: 'y', tags: ['a', 'b'] },
      ),
    ).toEqual([
      { label: 'Name', before: 'A', after: 'B' },
      { label: 'Tags', before: 'a', after: 'a, b' },
      { label: 'Description', after: 'new' },
    ]);
  });

  it('tells conditions as sentences and rollouts in percent', () => {
    const rollout = (on: number) => ({
      rollout: {
        weights: [
          { variation: 'on', weight: on },
          { variation: 'off', weight: 100_000 - on },
        ],
      },
    });
    expect(
      diff(
        { enabled: false, defaultServe: { variation: 'on' }, match: inState('Texas') },
        { enabled: true, defaultServe: rollout(12_500), match: inState('Ohio') },
      ),
    ).toEqual([
      { label: 'Switch', before: 'off', after: 'on' },
      { label: 'Everyone else gets', before: 'on', after: '12.5% on, 87.5% off' },
      { label: 'Whoever matches', before: 'State is Texas', after: 'State is Ohio' },
    ]);
  });

  it('tells rules one by one, and their order when it changed', () => {
    const texas = { id: 'r1', name: 'Texans', match: inState('Texas'), serve: { variation: 'on' } };
    const ohio = { id: 'r2', match: inState('Ohio'), serve: { variation: 'on' } };
    expect(diff({ rules: [texas] }, { rules: [texas, ohio] })).toEqual([
      { label: 'Rule r2', after: 'State is Ohio → on' },
      { label: 'Order of rules', after: '“Texans”, r2' },
    ]);
    expect(diff({ rules: [texas, ohio] }, { rules: [ohio, texas] })).toEqual([
      { label: 'Order of rules', before: '“Texans”, r2', after: 'r2, “Texans”' },
    ]);
    expect(diff({ rules: [texas] }, { rules: [{ ...texas, serve: { variation: 'off' } }] })).toEqual([
      { label: 'Rule “Texans”', before: 'State is Texas → on', after: 'State is Texas → off' },
    ]);
  });

  it('tells variations, targets and prerequisites one by one', () => {
    expect(
      diff(null, {
        variations: [{ key: 'on', value: true, name: 'Shown' }],
        targets: [{ variation: 'on', keys: ['u1', 'u2'] }],
        prerequisites: [{ flag: 'base', variation: 'on' }],
      }),
    ).toEqual([
      { label: 'Variation on', after: 'true (Shown)' },
      { label: 'Always gets on', after: 'u1, u2' },
      { label: 'Needs flag base', after: 'to serve on' },
    ]);
  });

  it('tells a deleted resource whole', () => {
    expect(diff({ key: 'state', type: 'string', clientVisible: true }, null)).toEqual([
      { label: 'Key', before: 'state' },
      { label: 'Type', before: 'string' },
      { label: 'Visible to clients', before: 'yes' },
    ]);
  });

  it('shows what it cannot read as the JSON that it is', () => {
    expect(diff(null, { match: { combine: 'none' }, newThing: { a: 1 }, rules: ['x'] })).toEqual([
      { label: 'Whoever matches', after: '{"combine":"none"}' },
      { label: 'New thing', after: '{"a":1}' },
      { label: 'Rule 1', after: '"x"' },
    ]);
  });

  it('answers whatever it is given, and nothing for what is the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
        expect(Array.isArray(diff(before, after))).toBe(true);
        expect(diff(before, structuredClone(before))).toEqual([]);
      }),
    );
  });
});
