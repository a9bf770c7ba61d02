import { Problem, type ProblemError } from '@fauna-flags/protocol';
import { firstError } from './first-error.ts';

/** Refuses a PATCH that would change what no PATCH changes. Sending the value that is there is no change. */
export function requireUnchanged<Resource extends object>(
  resource: Resource,
  patch: { readonly [Field in keyof Resource]?: unknown },
  fields: readonly (keyof Resource & string)[],
): void {
  const errors: ProblemError[] = fields
    .filter((field) => patch[field] !== undefined && patch[field] !== resource[field])
    .map((field) => ({
      path: field,
      message: `cannot be changed by PATCH: it is ${JSON.stringify(resource[field])}`,
    }));
  if (errors.length > 0)
    throw new Problem('unprocessable', `Cannot change what no PATCH changes: ${firstError(errors)}`, {
      errors,
    });
}
