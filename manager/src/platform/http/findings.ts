import type { ProblemError } from '@fauna-flags/protocol';
import { unfit } from './unfit.ts';

/** Enough to mend a request by. */
const errorsMax = 50;

/** Collects what is wrong with a request, so that people mend it in one go and not one mistake after another. */
export interface Findings {
  /** `path` is where, `message` what is wrong and what would be right. */
  add(path: string, message: string): void;
  /** Throws the 422 that lists everything, if there is anything; `what` is what cannot be done. */
  throwIfAny(what: string): void;
}

/** An empty collection. */
export function findings(): Findings {
  const errors: ProblemError[] = [];
  let total = 0;
  return {
    add(path, message) {
      total += 1;
      if (errors.length < errorsMax) errors.push({ path, message });
    },
    throwIfAny(what) {
      const [first, ...others] = errors;
      if (first !== undefined) throw unfit({ what, ...first, others, unlisted: total - errors.length });
    },
  };
}
