/**
 * The model: what a ruleset is made of. These types are the only definition of these words; the wire schemas of
 * `@fauna-flags/protocol` are proven equal to them at compile time.
 */

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The data type that an attribute is declared with. It decides which operators a condition on it may use. */
export type AttributeType = 'string' | 'number' | 'boolean' | 'semver' | 'date' | 'list';

/** What a condition asks of an attribute. Which operator suits which type: `operatorsByType`. */
export type Operator =
  | 'equals'
  | 'in'
  | 'contains'
  | 'startsWith'
  | 'endsWith'
  | 'matches'
  | 'lt'
  | 'lte'
  | 'gt'
  | 'gte'
  | 'is'
  | 'before'
  | 'after'
  | 'containsAny'
  | 'containsAll'
  | 'exists';

/** A typed operand of a condition. */
export type ConditionValue = string | number | boolean;

/**
 * Asks one attribute of the context. Several values mean "any of them", but for `containsAll`. What cannot be judged
 * (absent attribute, wrong type, unknown operator) is false, negated or not.
 */
export interface AttributeCondition {
  readonly attribute: string;
  readonly operator: Operator;
  readonly values: readonly ConditionValue[];
  readonly negate?: boolean | undefined;
  /** Compares `toLowerCase()` of both sides; for `matches` it is the regex flag. */
  readonly ignoreCase?: boolean | undefined;
}

/** Holds when the context is in any of the audiences, or, negated, in none of them. */
export interface AudienceCondition {
  readonly audiences: readonly string[];
  readonly negate?: boolean | undefined;
}

/** One member of a match: a condition or a nested match. */
export type Condition = AttributeCondition | AudienceCondition | Match;

/** Conditions joined by all/any; matches nest. An empty match is false. */
export interface Match {
  readonly combine: 'all' | 'any';
  readonly conditions: readonly Condition[];
}

/** One slice of a rollout. Weights are integers and sum exactly 100 000 (one unit = 0.001 %). */
export interface Weight {
  readonly variation: string;
  readonly weight: number;
}

/** A split over variations, bucketed by an attribute. */
export interface Rollout {
  /** The attribute that is bucketed; `key` when absent. */
  readonly by?: string | undefined;
  /** What makes this split independent of others; the flag's salt when absent. */
  readonly seed?: string | undefined;
  /** The bucketing algorithm; `fauna` when absent. */
  readonly hash?: 'fauna' | undefined;
  readonly weights: readonly Weight[];
}

/** What a rule or a flag gives: one variation, or a rollout over several. */
export type Serve = { readonly variation: string } | { readonly rollout: Rollout };

/** Conditions and what to serve where they hold. */
export interface Rule {
  readonly id: string;
  readonly match: Match;
  readonly serve: Serve;
}

/** One possible value of a flag. */
export interface Variation {
  readonly key: string;
  readonly value: Json;
}

/** Another flag that must be on and serve this variation for the same context. */
export interface Prerequisite {
  readonly flag: string;
  readonly variation: string;
}

/** Context keys that get a variation before any rule is asked. */
export interface Target {
  readonly variation: string;
  readonly keys: readonly string[];
}

/** The kind of value that every variation of a flag has. */
export type FlagKind = 'boolean' | 'string' | 'number' | 'json';

/** The state of one flag in one environment. */
export interface FlagConfiguration {
  readonly enabled: boolean;
  readonly offVariation: string;
  readonly prerequisites: readonly Prerequisite[];
  readonly targets: readonly Target[];
  readonly rules: readonly Rule[];
  readonly defaultServe: Serve;
}

/** A flag as a ruleset holds it: its configuration in the environment and what evaluation needs of its definition. */
export interface RulesetFlag extends FlagConfiguration {
  readonly kind: FlagKind;
  /** Random per flag; seeds its rollouts. */
  readonly salt: string;
  readonly clientVisible: boolean;
  readonly variations: readonly Variation[];
}

/** A named, reusable set of conditions. */
export interface RulesetAudience {
  readonly match: Match;
}

/** A declared attribute. */
export interface RulesetAttribute {
  readonly type: AttributeType;
}

/** Everything one environment needs to evaluate. Only server keys and bearers ever see it. */
export interface Ruleset {
  readonly schema: 1;
  /** The environment's key. */
  readonly environment: string;
  /** Grows by one with every change of the compiled content. */
  readonly version: number;
  readonly flags: Readonly<Record<string, RulesetFlag>>;
  readonly audiences: Readonly<Record<string, RulesetAudience>>;
  readonly attributes: Readonly<Record<string, RulesetAttribute>>;
}

/** The user being evaluated: flat, `key` (or `targetingKey`, which wins) and attributes. Any JSON object is accepted. */
export type Context = Readonly<Record<string, unknown>>;

/** Why a value was served. */
export type Reason = 'OFF' | 'PREREQUISITE_FAILED' | 'TARGET' | 'RULE' | 'DEFAULT' | 'SPLIT' | 'ERROR';

/** What went wrong, in OpenFeature's words where it has one. */
export type ErrorCode = 'FLAG_NOT_FOUND' | 'TARGETING_KEY_MISSING' | 'MALFORMED';

/** The answer for one flag and one context. An error carries neither value nor variation. */
export type Evaluation =
  | {
      readonly value: Json;
      readonly variation: string;
      readonly reason: Exclude<Reason, 'ERROR'>;
      /** The rule that decided; absent unless the reason is `RULE`. Client keys never see it. */
      readonly ruleId?: string;
      /** True when a rollout decided. */
      readonly inRollout?: true;
    }
  | { readonly reason: 'ERROR'; readonly errorCode: ErrorCode };
