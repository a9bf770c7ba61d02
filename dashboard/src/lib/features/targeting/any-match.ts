import type { ConditionValue } from '@fauna-flags/core';
import type { ConditionInput, MatchInput } from '@fauna-flags/protocol';

/** A condition to read: as answers carry it, or as it is being written. */
export type AnyCondition =
  | {
      readonly attribute: string;
      readonly operator: string;
      readonly values: readonly ConditionValue[];
      readonly negate?: boolean | undefined;
      readonly ignoreCase?: boolean | undefined;
    }
  | { readonly audiences: readonly string[]; readonly negate?: boolean | undefined }
  | AnyMatch;

/** A match to read: as answers carry it, or as it is being written. */
export interface AnyMatch {
  readonly combine: 'all' | 'any';
  readonly conditions: readonly AnyCondition[];
}

/** A match of an answer as a request brings it: a copy to edit. */
export function toMatchInput(match: AnyMatch): MatchInput {
  return { combine: match.combine, conditions: match.conditions.map(toConditionInput) };
}

function toConditionInput(condition: AnyCondition): ConditionInput {
  if ('conditions' in condition) return toMatchInput(condition);
  const negate = condition.negate === undefined ? {} : { negate: condition.negate };
  if ('audiences' in condition) return { audiences: [...condition.audiences], ...negate };
  const { attribute, operator, values, ignoreCase } = condition;
  return {
    attribute,
    operator,
    values: [...values],
    ...negate,
    ...(ignoreCase === undefined ? {} : { ignoreCase }),
  };
}
