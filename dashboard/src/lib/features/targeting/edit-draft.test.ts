import { beforeEach, describe, expect, it } from 'vitest';
import { type DraftAttributeCondition, type DraftGroup, draftOf } from './draft.ts';
import {
  addCondition,
  chooseAttribute,
  chooseOperator,
  combineBy,
  emptyAttributeCondition,
  emptyAudienceCondition,
  focusAfterRemoval,
  moveCondition,
  nestCondition,
  removeCondition,
  replaceCondition,
  unnestGroup,
} from './edit-draft.ts';

const attributes = [
  { key: 'state', type: 'string', name: null },
  { key: 'city', type: 'string', name: null },
  { key: 'seats', type: 'number', name: null },
  { key: 'student', type: 'boolean', name: null },
  { key: 'app', type: 'semver', name: null },
  { key: 'since', type: 'date', name: null },
] as const;

let last = 0;
const newId = () => `c${++last}`;
let root: DraftGroup;
/** c1 holds c2 and the group c3 (of c4 and c5) and c6. */
beforeEach(() => {
  last = 0;
  root = draftOf(
    {
      combine: 'all',
      conditions: [
        { attribute: 'state', operator: 'in', values: ['Texas'] },
        {
          combine: 'any',
          conditions: [{ attribute: 'seats', operator: 'lt', values: [5] }, { audiences: ['staff'] }],
        },
        { audiences: ['vip'], negate: true },
      ],
    },
    newId,
  );
});

const outline = (group: DraftGroup): unknown =>
  group.conditions.map((member) => (member.kind === 'group' ? [member.id, outline(member)] : member.id));

describe('editing a draft', () => {
  it('addCondition() adds at the end of the group', () => {
    expect(outline(root)).toEqual(['c2', ['c3', ['c4', 'c5']], 'c6']);
    expect(outline(addCondition(root, 'c3', emptyAttributeCondition('n')))).toEqual([
      'c2',
      ['c3', ['c4', 'c5', 'n']],
      'c6',
    ]);
    expect(outline(addCondition(root, 'c1', emptyAudienceCondition('n')))).toEqual([
      'c2',
      ['c3', ['c4', 'c5']],
      'c6',
      'n',
    ]);
  });

  it('removeCondition() takes a nested group along that would be left empty, but never the outermost', () => {
    const without = removeCondition(root, 'c4');
    expect(outline(without)).toEqual(['c2', ['c3', ['c5']], 'c6']);
    expect(outline(removeCondition(without, 'c5'))).toEqual(['c2', 'c6']);
    expect(outline(['c2', 'c3', 'c6'].reduce(removeCondition, root))).toEqual([]);
  });

  it('replaceCondition() changes one condition and shares the others', () => {
    const changed = replaceCondition(root, { ...emptyAudienceCondition('c5'), audiences: ['new'] });
    expect(outline(changed)).toEqual(outline(root));
    expect(changed.conditions[0]).toBe(root.conditions[0]);
    expect(changed.conditions[1]).not.toBe(root.conditions[1]);
  });

  it('moveCondition() moves among siblings and stops at the ends', () => {
    expect(outline(moveCondition(root, 'c2', 1))).toEqual([['c3', ['c4', 'c5']], 'c2', 'c6']);
    expect(outline(moveCondition(root, 'c5', -1))).toEqual(['c2', ['c3', ['c5', 'c4']], 'c6']);
    expect(moveCondition(root, 'c2', -1)).toBe(root);
    expect(moveCondition(root, 'c6', 1)).toBe(root);
  });

  it('nestCondition() wraps into a group that joins the other way, and unnestGroup() undoes it', () => {
    const nested = nestCondition(root, 'c2', newId);
    expect(outline(nested)).toEqual([['c7', ['c2']], ['c3', ['c4', 'c5']], 'c6']);
    expect(nested.conditions[0]).toMatchObject({ kind: 'group', combine: 'any' });
    expect(nestCondition(root, 'c4', newId).conditions[1]).toMatchObject({
      conditions: [{ kind: 'group', combine: 'all' }, {}],
    });
    expect(unnestGroup(nested, 'c7')).toEqual(root);
    expect(outline(unnestGroup(root, 'c3'))).toEqual(['c2', 'c4', 'c5', 'c6']);
  });

  it('combineBy() changes the joint of one group', () => {
    expect(combineBy(root, 'c1', 'any').combine).toBe('any');
    expect(combineBy(root, 'c3', 'all')).toMatchObject({
      combine: 'all',
      conditions: [{}, { combine: 'all' }, {}],
    });
  });

  it('answers the draft as it was for an id that it has not', () => {
    expect(removeCondition(root, 'none')).toBe(root);
    expect(moveCondition(root, 'none', 1)).toBe(root);
    expect(replaceCondition(root, emptyAttributeCondition('none'))).toBe(root);
    expect(addCondition(root, 'none', emptyAttributeCondition('n'))).toBe(root);
    expect(nestCondition(root, 'none', newId)).toBe(root);
    expect(unnestGroup(root, 'c2')).toBe(root);
  });

  it('focusAfterRemoval() stays as near as it can', () => {
    expect(focusAfterRemoval(root, 'c2')).toBe('c3');
    expect(focusAfterRemoval(root, 'c6')).toBe('c3');
    expect(focusAfterRemoval(root, 'c4')).toBe('c5');
    expect(focusAfterRemoval(removeCondition(root, 'c4'), 'c5')).toBe('c6');
    const alone = draftOf({ combine: 'all', conditions: [{ audiences: [] }] }, newId);
    expect(focusAfterRemoval(alone, alone.conditions[0]?.id ?? '')).toBe(alone.id);
  });
});

describe('changing what a condition asks', () => {
  const condition = (fields: Partial<DraftAttributeCondition>): DraftAttributeCondition => ({
    ...emptyAttributeCondition('x'),
    attribute: 'state',
    operator: 'in',
    values: ['5', 'Texas'],
    ...fields,
  });

  it('chooseOperator() keeps the values, also while they are not used', () => {
    const set = chooseOperator(condition({}), { operator: 'exists', negate: true });
    expect(set).toMatchObject({ operator: 'exists', negate: true, values: ['5', 'Texas'] });
    expect(chooseOperator(set, { operator: 'contains', negate: false }).values).toEqual(['5', 'Texas']);
  });

  it('chooseAttribute() keeps operator and values where the type is the same', () => {
    const given = condition({ negate: true, ignoreCase: true });
    expect(chooseAttribute(given, 'city', { attributes })).toEqual({ ...given, attribute: 'city' });
  });

  it('chooseAttribute() keeps what fits another type', () => {
    expect(chooseAttribute(condition({}), 'seats', { attributes })).toMatchObject({
      operator: 'in',
      values: [5],
    });
    expect(
      chooseAttribute(condition({ operator: 'contains', negate: true }), 'seats', { attributes }),
    ).toMatchObject({ operator: 'equals', negate: false, values: [5] });
    expect(chooseAttribute(condition({ values: ['1.2', 'x'] }), 'app', { attributes })).toMatchObject({
      operator: 'gte',
      values: ['1.2'],
    });
    expect(
      chooseAttribute(condition({ values: ['2030-01-31', 'x'] }), 'since', { attributes }),
    ).toMatchObject({
      operator: 'after',
      values: ['2030-01-31'],
    });
    const numbers = condition({ attribute: 'seats', operator: 'lt', values: [5] });
    expect(chooseAttribute(numbers, 'state', { attributes })).toMatchObject({
      operator: 'in',
      values: ['5'],
    });
  });

  it('chooseAttribute() begins a boolean with true', () => {
    expect(chooseAttribute(emptyAttributeCondition('x'), 'student', { attributes })).toMatchObject({
      attribute: 'student',
      operator: 'is',
      values: [true],
    });
    expect(chooseAttribute(condition({ values: ['false'] }), 'student', { attributes }).values).toEqual([
      false,
    ]);
  });

  it('chooseAttribute() touches nothing else when the attribute is not declared', () => {
    const given = condition({});
    expect(chooseAttribute(given, 'gone', { attributes })).toEqual({ ...given, attribute: 'gone' });
  });
});
