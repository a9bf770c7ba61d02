import type {
  AttributeCondition,
  AudienceCondition,
  Condition,
  ConditionValue,
  Match,
  Operator,
} from '../model.ts';

/** What may be said of an attribute, apart from its values. */
export type ConditionOptions = Pick<AttributeCondition, 'negate' | 'ignoreCase'>;

/**
 * A condition on an attribute.
 *
 * @example attribute('country', 'in', ['DE', 'FR'])
 */
export function attribute(
  name: string,
  operator: Operator,
  values: readonly ConditionValue[] = [],
  options: ConditionOptions = {},
): AttributeCondition {
  return { attribute: name, operator, values, ...options };
}

/** A condition that holds in any of the audiences. */
export function inAudience(...audiences: string[]): AudienceCondition {
  return { audiences };
}

/** A condition that holds in none of the audiences. */
export function notInAudience(...audiences: string[]): AudienceCondition {
  return { audiences, negate: true };
}

/** A match that holds where all conditions hold. */
export function all(...conditions: Condition[]): Match {
  return { combine: 'all', conditions };
}

/** A match that holds where any condition holds. */
export function any(...conditions: Condition[]): Match {
  return { combine: 'any', conditions };
}
