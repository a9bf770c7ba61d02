import type { AttributeType, Operator } from './model.ts';

/** Sum of a rollout's weights: one unit is 0.001 %, fine enough to release to one user in a hundred thousand. */
export const weightTotal = 100_000;

/** Bounds of a ruleset. A write beyond one is refused with 422; an evaluator never meets more. */
export const rulesetLimits = {
  variationsPerFlag: 256,
  flagsPerEnvironment: 5_000,
  rulesPerFlag: 100,
  valuesPerCondition: 10_000,
  regexesPerFlag: 20,
  regexLength: 256,
  /** Longer attribute values are not searched: the condition cannot be judged. */
  regexInputLength: 1_024,
  /** Steps from a flag to the furthest that it depends on; see `prerequisiteDepths`. */
  prerequisiteDepth: 10,
  /** Steps from an audience to the furthest that it names; see `audienceDepths`. */
  audienceDepth: 10,
  /** Groups inside groups: a match that holds no other match is 0 deep. */
  matchDepth: 10,
  /** Lists and objects inside each other in the value of a variation; see `isDeeperThan`. */
  valueDepth: 64,
  rulesetBytes: 5 * 1024 * 1024,
} as const;

/** Which operators suit an attribute of each type. `key` is a string. */
export const operatorsByType: Readonly<Record<AttributeType, readonly Operator[]>> = {
  string: ['equals', 'in', 'contains', 'startsWith', 'endsWith', 'matches', 'exists'],
  number: ['equals', 'in', 'lt', 'lte', 'gt', 'gte', 'exists'],
  boolean: ['is', 'exists'],
  semver: ['equals', 'lt', 'lte', 'gt', 'gte', 'exists'],
  date: ['before', 'after', 'exists'],
  list: ['containsAny', 'containsAll', 'exists'],
};
