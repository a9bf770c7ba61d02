import type { Operator } from '@fauna-flags/core';
import { operatorsByType } from '@fauna-flags/core';
import type {
  DraftAttributeCondition,
  DraftAudienceCondition,
  DraftCondition,
  DraftGroup,
  NewId,
} from './draft.ts';
import { fitValues } from './fit-values.ts';
import { firstOperator, type OperatorChoice } from './operator-words.ts';
import { typeOf, type Vocabulary } from './vocabulary.ts';

/*
 * Edits of a draft. Each answers a new draft that shares all that did not change; one that names no part of the draft
 * answers the draft as it was.
 */

/** A condition that waits for its attribute. */
export function emptyAttributeCondition(id: string): DraftAttributeCondition {
  return { kind: 'attribute', id, attribute: '', operator: '', values: [], negate: false, ignoreCase: false };
}

/** A condition that waits for its audiences. */
export function emptyAudienceCondition(id: string): DraftAudienceCondition {
  return { kind: 'audiences', id, audiences: [], negate: false };
}

/** Puts a condition at the end of a group. */
export function addCondition(root: DraftGroup, groupId: string, condition: DraftCondition): DraftGroup {
  return changeGroup(root, groupId, (group) => ({ ...group, conditions: [...group.conditions, condition] }));
}

/**
 * Takes a condition or a nested group away. A nested group that is left without any goes with it, since it would match
 * nobody; the outermost one stays.
 */
export function removeCondition(root: DraftGroup, id: string): DraftGroup {
  return changeMembers(root, (member) => {
    if (member.id === id) return [];
    if (member.kind !== 'group') return [member];
    const kept = removeCondition(member, id);
    return kept !== member && kept.conditions.length === 0 ? [] : [kept];
  });
}

/** Puts another condition, or a group, in the place of the one with its id. */
export function replaceCondition(root: DraftGroup, condition: DraftCondition): DraftGroup {
  if (condition.id === root.id) return condition.kind === 'group' ? condition : root;
  return changeMembers(root, (member) => {
    if (member.id === condition.id) return [condition];
    return [member.kind === 'group' ? replaceCondition(member, condition) : member];
  });
}

/** Moves a condition up (-1) or down (1) among its siblings; at the end of them it stays where it is. */
export function moveCondition(root: DraftGroup, id: string, by: -1 | 1): DraftGroup {
  const group = groupOf(root, id);
  const from = group?.conditions.findIndex((member) => member.id === id) ?? -1;
  const moved = group?.conditions[from];
  const to = from + by;
  if (group === undefined || moved === undefined || to < 0 || to >= group.conditions.length) return root;
  return changeGroup(root, group.id, () => ({
    ...group,
    conditions: group.conditions.toSpliced(from, 1).toSpliced(to, 0, moved),
  }));
}

/** Puts a condition into a group of its own, which joins the other way round: that is what a group is made for. */
export function nestCondition(root: DraftGroup, id: string, newId: NewId): DraftGroup {
  return changeMembers(root, (member) => {
    if (member.id === id) {
      const combine = root.combine === 'all' ? 'any' : 'all';
      return [{ kind: 'group', id: newId(), combine, conditions: [member] }];
    }
    return [member.kind === 'group' ? nestCondition(member, id, newId) : member];
  });
}

/** Dissolves a nested group: what it holds takes its place. */
export function unnestGroup(root: DraftGroup, groupId: string): DraftGroup {
  return changeMembers(root, (member) => {
    if (member.kind !== 'group') return [member];
    return member.id === groupId ? member.conditions : [unnestGroup(member, groupId)];
  });
}

/** Lets a group hold when all, or any, of its conditions do. */
export function combineBy(root: DraftGroup, groupId: string, combine: 'all' | 'any'): DraftGroup {
  return changeGroup(root, groupId, (group) => ({ ...group, combine }));
}

/**
 * Lets a condition ask about another attribute. The operator stays where the new type knows it, and so do the values that
 * can be read as values of that type.
 */
export function chooseAttribute(
  condition: DraftAttributeCondition,
  attribute: string,
  { attributes }: Pick<Vocabulary, 'attributes'>,
): DraftAttributeCondition {
  const type = typeOf(attribute, attributes);
  if (type === undefined) return { ...condition, attribute };
  const before = typeOf(condition.attribute, attributes);
  const known = operatorsByType[type].some((operator) => operator === condition.operator);
  const operator: Operator | string = known ? condition.operator : firstOperator[type];
  const values = before === type ? condition.values : fitValues(condition.values, type);
  return {
    ...condition,
    attribute,
    operator,
    negate: known ? condition.negate : false,
    // Of the two values that a boolean can have one is always meant.
    values: type === 'boolean' && values.length === 0 ? [true] : values,
  };
}

/** Lets a condition ask in another way. Its values stay, also while the operator has no use for them. */
export function chooseOperator(
  condition: DraftAttributeCondition,
  { operator, negate }: OperatorChoice,
): DraftAttributeCondition {
  return { ...condition, operator, negate };
}

/**
 * Where the focus goes when a condition is taken away: to the one after it, else to the one before it, else to the group
 * around it. Never to the top of the page, where whoever works by keyboard would have to begin again.
 */
export function focusAfterRemoval(root: DraftGroup, id: string): string {
  const group = groupOf(root, id);
  if (group === undefined) return root.id;
  const place = group.conditions.findIndex((member) => member.id === id);
  const next = group.conditions[place + 1] ?? group.conditions[place - 1];
  if (next !== undefined) return next.id;
  // The group goes with its last condition, unless it is the outermost.
  return group === root ? root.id : focusAfterRemoval(root, group.id);
}

/** The group that holds the part directly. */
function groupOf(root: DraftGroup, id: string): DraftGroup | undefined {
  if (root.conditions.some((member) => member.id === id)) return root;
  for (const member of root.conditions) {
    const found = member.kind === 'group' ? groupOf(member, id) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function changeGroup(
  root: DraftGroup,
  groupId: string,
  change: (group: DraftGroup) => DraftGroup,
): DraftGroup {
  if (root.id === groupId) return change(root);
  return changeMembers(root, (member) => [
    member.kind === 'group' ? changeGroup(member, groupId, change) : member,
  ]);
}

/** Answers the very same group where no member changed. */
function changeMembers(
  group: DraftGroup,
  change: (member: DraftCondition) => readonly DraftCondition[],
): DraftGroup {
  const conditions = group.conditions.flatMap((member) => change(member));
  const same =
    conditions.length === group.conditions.length &&
    conditions.every((member, place) => member === group.conditions[place]);
  return same ? group : { ...group, conditions };
}
