import type { ConditionValue } from '@fauna-flags/core';
import type { ConditionInput, MatchInput } from '@fauna-flags/protocol';
import type { AnyCondition, AnyMatch } from './any-match.ts';
import { canIgnoreCase } from './operator-words.ts';
import { typeOf, type Vocabulary } from './vocabulary.ts';

/*
 * A match while somebody edits it. Every part has an id of its own, so that fields keep their focus when parts around them
 * come and go; conditions may be unfinished; and what an operator does not use for the moment (the values of "is set") is
 * kept until the next one that does. On the wire there is nothing of that: `matchOf`.
 */

/** A condition on an attribute that is being edited; attribute and operator are empty until they are chosen. */
export interface DraftAttributeCondition {
  readonly kind: 'attribute';
  readonly id: string;
  readonly attribute: string;
  readonly operator: string;
  readonly values: readonly ConditionValue[];
  readonly negate: boolean;
  readonly ignoreCase: boolean;
}

/** A condition on audiences that is being edited. */
export interface DraftAudienceCondition {
  readonly kind: 'audiences';
  readonly id: string;
  readonly audiences: readonly string[];
  readonly negate: boolean;
}

/** A group of conditions that is being edited. The outermost one is the match itself. */
export interface DraftGroup {
  readonly kind: 'group';
  readonly id: string;
  readonly combine: 'all' | 'any';
  readonly conditions: readonly DraftCondition[];
}

/** One member of a group. */
export type DraftCondition = DraftAttributeCondition | DraftAudienceCondition | DraftGroup;

/** Makes ids that are new in the page. */
export type NewId = () => string;

/** Takes a match up for editing. */
export function draftOf(match: AnyMatch, newId: NewId): DraftGroup {
  return {
    kind: 'group',
    id: newId(),
    combine: match.combine,
    conditions: match.conditions.map((condition) => draftCondition(condition, newId)),
  };
}

function draftCondition(condition: AnyCondition, newId: NewId): DraftCondition {
  if ('conditions' in condition) return draftOf(condition, newId);
  if ('audiences' in condition) {
    const { audiences, negate = false } = condition;
    return { kind: 'audiences', id: newId(), audiences, negate };
  }
  const { attribute, operator, values, negate = false, ignoreCase = false } = condition;
  return { kind: 'attribute', id: newId(), attribute, operator, values, negate, ignoreCase };
}

/** The match that a draft stands for, with nothing in it that says nothing. */
export function matchOf(group: DraftGroup, vocabulary: Pick<Vocabulary, 'attributes'>): MatchInput {
  return {
    combine: group.combine,
    conditions: group.conditions.map((condition) => conditionOf(condition, vocabulary)),
  };
}

function conditionOf(condition: DraftCondition, vocabulary: Pick<Vocabulary, 'attributes'>): ConditionInput {
  switch (condition.kind) {
    case 'group':
      return matchOf(condition, vocabulary);
    case 'audiences':
      return { audiences: [...condition.audiences], ...(condition.negate ? { negate: true } : {}) };
    case 'attribute': {
      const { attribute, operator, values, negate, ignoreCase } = condition;
      const type = typeOf(attribute, vocabulary.attributes);
      // An attribute that is not declared has no type, and what its condition says must not be lost by looking at it.
      const hasCase = type === undefined || canIgnoreCase(type, operator);
      return {
        attribute,
        operator,
        values: operator === 'exists' ? [] : [...values],
        ...(negate ? { negate: true } : {}),
        ...(ignoreCase && hasCase ? { ignoreCase: true } : {}),
      };
    }
  }
}

/** Whether two matches say the same in the same order, however they spell what is absent. */
export function sameMatch(a: AnyMatch, b: AnyMatch): boolean {
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

/** Members in one order, and none that is false. */
function plain(condition: AnyCondition): unknown {
  if ('conditions' in condition) {
    return { combine: condition.combine, conditions: condition.conditions.map(plain) };
  }
  const negate = condition.negate === true;
  if ('audiences' in condition) return { audiences: condition.audiences, negate };
  const { attribute, operator, values, ignoreCase = false } = condition;
  return { attribute, operator, values, negate, ignoreCase };
}

/**
 * The draft of a match that is handed in again: the one at hand while the match says what it says, so that a page may send
 * an editor's own words back to it without throwing away ids and half-typed conditions; else a new one.
 */
export function keptDraft(
  kept: DraftGroup | undefined,
  match: AnyMatch,
  { newId, attributes }: { readonly newId: NewId } & Pick<Vocabulary, 'attributes'>,
): DraftGroup {
  return kept !== undefined && sameMatch(matchOf(kept, { attributes }), match) ? kept : draftOf(match, newId);
}
