import type { ConditionValue, ErrorCode, Evaluation } from './model.ts';

/** An answer and how it came about. Plain JSON. */
export interface Explanation {
  readonly flag: string;
  readonly evaluation: Evaluation;
  /** The decisions in the order in which they were made; the last one gave the answer. */
  readonly path: readonly ExplanationStep[];
  /** Every audience that was asked about, and how the context fares with its conditions. */
  readonly audiences: Readonly<Record<string, JudgedAudience>>;
}

/** One decision. `held` is true for the one that gave the answer, and for a prerequisite that was met. */
export type ExplanationStep =
  /** There is no such flag, or its entry cannot be evaluated. */
  | { readonly step: 'error'; readonly held: true; readonly errorCode: ErrorCode; readonly problem: string }
  /** Is the flag off? */
  | { readonly step: 'off'; readonly held: boolean }
  /** Does the other flag serve the variation that it must serve? */
  | {
      readonly step: 'prerequisite';
      readonly held: boolean;
      readonly flag: string;
      readonly variation: string;
      /** Whether the other flag is on; absent when it does not exist. */
      readonly enabled?: boolean;
      /** What the other flag gives this context; absent when it does not exist. */
      readonly evaluation?: Evaluation;
      readonly problem?: string;
    }
  /** Is the context's key an individual target? */
  | { readonly step: 'target'; readonly held: boolean; readonly key?: string }
  /** Does the rule hold? */
  | {
      readonly step: 'rule';
      readonly held: boolean;
      readonly rule: string;
      readonly match: JudgedMatch;
      /** Present when the rule held and served a rollout. */
      readonly rollout?: ExplainedRollout;
    }
  /** Nothing else decided. */
  | { readonly step: 'default'; readonly held: true; readonly rollout?: ExplainedRollout };

/** A match and how its conditions fare. All of them are judged, also those that no longer mattered. */
export interface JudgedMatch {
  readonly combine: 'all' | 'any';
  readonly held: boolean;
  readonly conditions: readonly JudgedCondition[];
}

/** A condition and how it fares. `problem` says why it cannot be judged, or not fully. */
export type JudgedCondition =
  | {
      readonly attribute: string;
      readonly operator: string;
      readonly values: readonly ConditionValue[];
      readonly negate?: true;
      readonly ignoreCase?: true;
      /** What the context has; absent when it has nothing. */
      readonly actual?: unknown;
      readonly held: boolean;
      readonly problem?: string;
    }
  | {
      readonly audiences: readonly string[];
      readonly negate?: true;
      /** Those of them that the context is in. */
      readonly isIn: readonly string[];
      readonly held: boolean;
      readonly problem?: string;
    }
  | JudgedMatch;

/** An audience and how the context fares with it. */
export type JudgedAudience = JudgedMatch | { readonly held: false; readonly problem: string };

/** How a rollout came to its slice. */
export interface ExplainedRollout {
  readonly by: string;
  readonly seed: string;
  /** The text that was bucketed; absent when the context has none, which is an error. */
  readonly unit?: string;
  /** Where the unit lies, from 0 to 2³² - 1. */
  readonly position?: number;
  /** The same in percent of the scale, for people. */
  readonly percent?: number;
  /** Every slice with its upper boundary, exclusive; `held` for the one that the position falls in. */
  readonly slices: readonly {
    readonly variation: string;
    readonly weight: number;
    readonly boundary: number;
    readonly held: boolean;
  }[];
}
