import { type CompileOptions, compile } from './compile.ts';
import type { Explanation } from './explanation.ts';
import type { Context, Ruleset } from './model.ts';

/** What to explain. */
export interface ExplainInput {
  readonly ruleset: Ruleset;
  readonly flagKey: string;
  readonly context: Context;
}

/**
 * Answers "why did this user get this?" for one flag: its evaluation and the decisions that led there. Compiles the
 * ruleset for it; whoever has a compiled one at hand calls `explain` on that.
 *
 * Throws RulesetError when the ruleset is none.
 */
export function explain({ ruleset, flagKey, context }: ExplainInput, options?: CompileOptions): Explanation {
  return compile(ruleset, options).explain(flagKey, context);
}
