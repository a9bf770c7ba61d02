import { Problem, type ProblemError } from '@fauna-flags/protocol';

/** The 422 about a field, and about others beside it: `Cannot create the flag: "key" must not be empty, and 2 more`. */
export function unfit({
  what,
  path,
  message,
  called = `"${path}"`,
  others = [],
  unlisted = 0,
}: ProblemError & {
  /** What cannot be done. */
  readonly what: string;
  /** How a sentence calls the field, where it is not by its path. */
  readonly called?: string;
  readonly others?: readonly ProblemError[];
  /** How many more there are that are not listed. */
  readonly unlisted?: number;
}): Problem {
  const more = others.length + unlisted;
  const cut = unlisted > 0 ? `, of which ${others.length} are listed` : '';
  const rest = more === 0 ? '' : `, and ${more} more${cut}`;
  return new Problem('unprocessable', `Cannot ${what}: ${called} ${message}${rest}`, {
    errors: [{ path, message }, ...others],
  });
}
