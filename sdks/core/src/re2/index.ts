import { RE2JS } from 're2js';
import type { RegexPort } from '../regex.ts';

/**
 * Makes the port over re2js: RE2 syntax, linear time, no code generation, so that it runs on every runtime. A sub-path of
 * its own, because whoever evaluates no `matches` conditions should not have to carry it.
 *
 * @example compile(ruleset, { regex: re2Regex() })
 */
export function re2Regex(): RegexPort {
  return {
    compile(pattern, { ignoreCase }) {
      try {
        const compiled = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
        // test() is find() without the positions of groups: it searches anywhere in the input.
        return (input) => compiled.test(input);
      } catch {
        // re2js says by an exception that the pattern is no RE2.
        return undefined;
      }
    },
  };
}
