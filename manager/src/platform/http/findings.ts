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
  let total = 0;
  return {
    add(path, message) {
      total += 1;
      if (errors.length < errorsMax) errors.push({ path, message });
    },
    throwIfAny(what) {
      const [first] = errors;
      if (first === undefined) return;
      const cut = total > errors.length ? `, of which ${errors.length - 1} are listed` : '';
      const rest = total === 1 ? '' : `, and ${total - 1} more${cut}`;
      throw new Problem('unprocessable', `Cannot ${what}: "${first.path}" ${first.message}${rest}`, {
        errors,
      });
    },
  };
}

/** How many keys a message suggests. */
const shownMax = 10;

/** `"a", "b" or "c"`; when there are many, the first of them and how many more there are. */
export function oneOf(keys: Iterable<string>): string {
  const all = [...keys];
  const shown = all.slice(0, shownMax).map((key) => JSON.stringify(key));
  if (shown.length === 0) return 'nothing: there is none yet';
  if (all.length > shown.length) return `${shown.join(', ')} or one of ${all.length - shown.length} more`;
  return shown.length === 1 ? `${shown[0]}` : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}
