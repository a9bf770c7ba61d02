import type { Explanation } from './explanation.ts';
import type { Context, Evaluation } from './model.ts';

/**
 * A ruleset, ready to evaluate. Immutable: a change makes another one. No method throws or waits, whatever the context;
 * one that is no object counts as empty. Answers are frozen and shared, so that they can be kept but not changed.
 */
export interface CompiledRuleset {
  /** The environment's key. */
  readonly environment: string;
  readonly version: number;
  /** All flags, sorted by UTF-16 code units. */
  readonly flagKeys: readonly string[];
  /** The flags that clients see, sorted likewise. A flag's place in here is how the methods below name it. */
  readonly clientFlagKeys: readonly string[];

  /** One flag, visible to clients or not; `FLAG_NOT_FOUND` when there is none. */
  evaluate(flagKey: string, context: Context): Evaluation;

  /**
   * All flags, in a record without a prototype. `clientVisible`: only those that clients see, without rule ids.
   */
  evaluateAll(context: Context, options?: { clientVisible?: boolean }): Record<string, Evaluation>;

  /** The `flags` object of a client answer as JSON text: every flag that clients see, in the order of their places. */
  serializeClient(context: Context): string;

  /** By place: which variation each client flag serves, -1 for an error. What a stream remembers of what it sent. */
  clientIndexes(context: Context): Int16Array;

  /** The same for the one client flag at this place. */
  clientIndex(place: number, context: Context): number;

  /** The JSON text of one client flag's answer: `{"value":…,"variation":…,"reason":…}`. */
  clientEntry(place: number, context: Context): string;

  /**
   * The value of one variation of a client flag as JSON text, so that what a client sees can be compared across rulesets
   * without evaluating. Undefined where there is none, as for the index -1.
   */
  valueText(place: number, index: number): string | undefined;

  /** The answer for one flag and the decisions that led there, for people who ask why. Many times slower. */
  explain(flagKey: string, context: Context): Explanation;
}
