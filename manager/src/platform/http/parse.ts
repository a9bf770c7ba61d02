import { Problem, type ProblemError } from '@fauna-flags/protocol';
import type { z } from 'zod';
import { firstError } from './first-error.ts';

/** Enough to mend a request by. */
const errorsMax = 50;

/** So many are looked for: a megabyte can hold hundreds of thousands, which took half a minute and half the memory to tell. */
const mistakesMax = 1_000;

/** What the schema makes of the value, or a 400 that names every place that is wrong. */
export function parseOrProblem<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value, { error: countMistakes() });
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) => toErrors(issue, [])).slice(0, errorsMax);
  throw new Problem('invalid', `Cannot accept the request: ${firstError(errors)}`, { errors });
}

/** Asked by zod for words of its own about each mistake, in the middle of its work: has none, and ends it after so many. */
function countMistakes(): () => undefined {
  let mistakes = 0;
  return () => {
    mistakes += 1;
    if (mistakes <= mistakesMax) return undefined;
    throw new Problem(
      'invalid',
      `Cannot accept the request: over ${mistakesMax} places in its body are wrong; send less of it to be told which`,
    );
  };
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

function toErrors(issue: Issue, prefix: Path): ProblemError[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: pathText([...path, key]),
      message: 'is not a field of this resource',
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0 && issue.message === nothingSaid) {
    const possible = issue.errors.filter((branch) => typeRefused(branch) === undefined);
    if (possible.length > 0) return likeliest(possible).flatMap((inner) => toErrors(inner, path));
    const types = new Set(issue.errors.map((branch) => nounOf(typeRefused(branch) ?? '')));
    return [{ path: pathText(path), message: `must be ${listOf([...types])}` }];
  }
  return [{ path: pathText(path), message: messageOf(issue) }];
}

/** `a`, `a or b`, `a, b or c`. */
function listOf(words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((part) => part !== '').join(' or ');
}

/** What zod says of a union whose schema says nothing itself. */
const nothingSaid = 'Invalid input';

/** The type that a branch wants when it refuses the value for not being of it. */
function typeRefused(branch: readonly Issue[]): string | undefined {
  const [issue] = branch;
  return issue?.code === 'invalid_type' && issue.path.length === 0 ? issue.expected : undefined;
}

/*
 * A union fails once per branch. The branch that was meant is the one that knows most of the value's members, then the
 * one with the fewest complaints about them; what is wrong further down says nothing about which branch it was.
 */
function likeliest(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const [best] = [...branches].sort(
    (a, b) => unknownMembers(a) - unknownMembers(b) || shallow(a) - shallow(b),
  );
  return best ?? [];
}

function unknownMembers(issues: readonly Issue[]): number {
  return issues
    .filter((issue) => issue.path.length === 0)
    .reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0);
}

function shallow(issues: readonly Issue[]): number {
  return issues.filter((issue) => issue.path.length <= 1).length;
}

function messageOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? `is required and must be ${nounOf(issue.expected)}`
        : `must be ${nounOf(issue.expected)}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') {
        if (issue.minimum === 1) return 'must not be empty';
        return issue.origin === 'string'
          ? `must have at least ${issue.minimum} characters`
          : `must hold at least ${issue.minimum} items`;
      }
      return `must be at least ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'string') return `must have at most ${issue.maximum} characters`;
      return issue.origin === 'array'
        ? `must hold at most ${issue.maximum} items`
        : `must be at most ${issue.maximum}`;
    case 'invalid_format':
      return issue.format === 'datetime'
        ? 'must be a date and time with a zone, like 2030-01-31T12:00:00Z'
        : issue.message;
    default:
      return issue.message;
  }
}

function nounOf(expected: string): string {
  if (expected === 'int') return 'a whole number';
  return /^[aeiou]/.test(expected) && expected !== 'undefined' ? `an ${expected}` : `a ${expected}`;
}

/** `['rules', 0, 'match']` → `rules[0].match`. */
function pathText(path: Path): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
}
