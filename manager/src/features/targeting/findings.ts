import { Problem, type ProblemError } from '@fauna-flags/protocol';

/** Enough to mend a request by. */
const errorsMax = 50;

/** Collects what is wrong with a request, so that people mend it in one go and not one mistake after another. */
export interface Findings {
  /** `path` is where, `message` what is wrong and what would be right. */
  add(path: string, message: string): void;
  /** Throws the 422 that lists everything, if there is anything. */
  throwIfAny(what: string): void;
}

/** An empty collection. */
export function findings(): Findings {
  const errors: ProblemError[] = [];
  return {
    add(path, message) {
      if (errors.length < errorsMax) errors.push({ path, message });
    },
    throwIfAny(what) {
      const [first] = errors;
      if (first === undefined) return;
      const rest = errors.length === 1 ? '' : `, and ${errors.length - 1} more`;
      throw new Problem('unprocessable', `Cannot ${what}: "${first.path}" ${first.message}${rest}`, {
        errors,
      });
    },
  };
}

/** `"a", "b" or "c"`, shortened when there are many. */
export function oneOf(keys: Iterable<string>): string {
  const shown = [...keys].slice(0, 10).map((key) => JSON.stringify(key));
  if (shown.length === 0) return 'nothing: there is none yet';
  return shown.length === 1 ? `${shown[0]}` : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}
