import { Problem, type ProblemError } from '@fauna-flags/protocol';
import type { z } from 'zod';

/** Enough to mend a request by. */
const errorsMax = 50;

/** What the schema makes of the value, or a 400 that names every place that is wrong. */
export function parseOrProblem<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) => toErrors(issue, [])).slice(0, errorsMax);
  const [first] = errors;
  const where =
    first === undefined ? '' : `: ${first.path === '' ? 'the body' : `"${first.path}"`} ${first.message}`;
  throw new Problem('invalid', `Cannot accept the request${where}`, { errors });
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
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return likeliest(issue.errors).flatMap((inner) => toErrors(inner, path));
  }
  return [{ path: pathText(path), message: messageOf(issue) }];
}

/*
 * A union fails once per branch. The branch that was meant is the one with the fewest complaints about the members of
 * the value itself; what is wrong further down says nothing about which branch it was.
 */
function likeliest(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const [best] = [...branches].sort((a, b) => shallow(a) - shallow(b));
  return best ?? [];
}

function shallow(issues: readonly Issue[]): number {
  return issues
    .filter((issue) => issue.path.length <= 1)
    .reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
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
      return issue.origin === 'string'
        ? `must have at least ${issue.minimum} characters`
        : `must be at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `must have at most ${issue.maximum} characters`
        : issue.origin === 'array'
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
