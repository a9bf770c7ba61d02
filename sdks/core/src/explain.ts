import { type CompileOptions, compile } from './compile.ts';
import type { CompiledRuleset } from './compiled-ruleset.ts';
import type { Explanation } from './explanation.ts';
import type { Context, Ruleset } from './model.ts';

/**
 * Answers "why did this user get this?" for one flag: its evaluation and the decisions that led there. A ruleset that is
 * not compiled yet is compiled for it, with `options`, and throws RulesetError when it is none.
 *
 * @example explain(ruleset, 'checkout', { key: 'user-1' }).path
 */
export function explain(
  ruleset: CompiledRuleset | Ruleset,
  flagKey: string,
  context: Context,
  options?: CompileOptions,
): Explanation {
  const compiled = 'evaluate' in ruleset ? ruleset : compile(ruleset, options);
  return compiled.explain(flagKey, context);
}
