import { Problem, type ProblemError } from '@fauna-flags/protocol';
import { firstError } from './first-error.ts';

/** Deeper JSON than any resource needs; recursion behind this point is safe. */
const depthMax = 64;
/** Enough to mend a request by; a body of a mebibyte could hold many thousands of mistakes. */
const errorsMax = 20;

/**
 * Refuses what JSON can write and neither Postgres nor a ruleset can hold: U+0000 and lone surrogates in any text (422),
 * numbers beyond a double and nesting beyond reason (400). What is not kept may hold any text. Iterative, because
 * JSON.parse accepts depths that break recursion.
 */
export function inspectJson(body: unknown, { kept }: { readonly kept: boolean }): void {
  const texts: ProblemError[] = [];
  const numbers: ProblemError[] = [];
  const open: { value: unknown; path: string; depth: number }[] = [{ value: body, path: '', depth: 0 }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { value, path, depth } = at;
    if (depth > depthMax)
      throw new Problem('invalid', `Cannot read the body: it is nested over ${depthMax} deep`);
    if (typeof value === 'string' && kept && !isStorable(value))
      texts.push({ path, message: storableMessage });
    else if (typeof value === 'number' && !Number.isFinite(value)) {
      numbers.push({ path, message: 'must be a number that fits a double' });
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries())
        open.push({ value: item, path: `${path}[${index}]`, depth: depth + 1 });
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        if (!kept || isStorable(name))
          open.push({ value: member, path: joinPath(path, name), depth: depth + 1 });
        else texts.push({ path, message: `has a member whose name ${storableMessage}` });
      }
    }
    if (texts.length + numbers.length >= errorsMax) break;
  }
  if (numbers.length > 0)
    throw new Problem('invalid', `Cannot read the body: ${firstError(numbers)}`, { errors: numbers });
  if (texts.length > 0)
    throw new Problem('unprocessable', `Cannot keep the body: ${firstError(texts)}`, { errors: texts });
}

/** Whether a text can be stored and delivered: neither U+0000 nor half a surrogate pair. */
export function isStorable(text: string): boolean {
  return !unstorable.test(text);
}

// With the `u` flag a proper pair is one character, so that only a lone half is a surrogate.
const unstorable = /[\0\p{Surrogate}]/u;

/** What a text must be to be stored, as messages say it. */
export const storableMessage = 'must hold neither U+0000 nor a lone surrogate';

/** `rules` + `name` → `rules.name`. */
function joinPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
