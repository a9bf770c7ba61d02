import { rulesetLimits } from './limits.ts';

/**
 * How `matches` searches. Core brings no regular expressions of its own: those of JavaScript can take exponential time,
 * and a browser should not carry an engine for flags that are evaluated elsewhere. `@fauna-flags/core/re2` has the
 * adapter that every evaluator of the project uses.
 */
export interface RegexPort {
  /**
   * A function that tells whether the pattern (RE2 syntax) occurs anywhere in its input; undefined when it is no valid
   * pattern. The function takes time linear in the input and never throws.
   */
  compile(pattern: string, options: { ignoreCase: boolean }): ((input: string) => boolean) | undefined;
}

/** Searches its input; see {@link RegexPort}. */
export type Search = (input: string) => boolean;

/** Compiles the patterns of one flag or audience, at most as many as the limits allow. */
export interface PatternCompiler {
  /** Undefined when the pattern cannot be judged: no engine, no RE2, too long, or one too many. */
  compile(pattern: string, ignoreCase: boolean): Search | undefined;
}

/** Patterns compiled so far in a ruleset: the same pattern in many flags is compiled once. */
export type PatternCache = Map<string, Search | undefined>;

/** A compiler for one flag or audience, which counts its patterns. */
export function createPatternCompiler(port: RegexPort | undefined, cache: PatternCache): PatternCompiler {
  let count = 0;
  return {
    compile(pattern, ignoreCase) {
      count += 1;
      if (port === undefined || count > rulesetLimits.regexesPerFlag) return undefined;
      if (pattern.length > rulesetLimits.regexLength) return undefined;
      const name = `${ignoreCase ? 'i' : 's'}${pattern}`;
      if (cache.has(name)) return cache.get(name);
      const search = compileOrNot(port, pattern, ignoreCase);
      cache.set(name, search);
      return search;
    },
  };
}

function compileOrNot(port: RegexPort, pattern: string, ignoreCase: boolean): Search | undefined {
  try {
    return port.compile(pattern, { ignoreCase });
  } catch {
    // A port that throws instead of answering undefined must not take the other flags with it.
    return undefined;
  }
}
