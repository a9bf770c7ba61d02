import type { ProblemError } from '@fauna-flags/protocol';
import type { BearerLimits } from '../config.ts';

/** How much of a member's name an error repeats. */
const nameLengthMax = 64;

/**
 * Judges parsed JSON by the bounds on depth, members, strings and arrays, and refuses numbers that JSON cannot write back
 * (`1e999` parses to infinity). Returns the first place that is out of bounds.
 */
export function judgeJson(root: unknown, limits: BearerLimits): ProblemError | undefined {
  // Nearly every body is within them: where one is not is looked for only once that is known.
  return isWithin(root, 1, limits) ? undefined : findExcess(root, limits);
}

/** It recurses no deeper than the bound on depth. */
function isWithin(value: unknown, depth: number, limits: BearerLimits): boolean {
  if (judgeOne(value, depth, limits) !== undefined) return false;
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every((element) => isWithin(element, depth + 1, limits));
  for (const name of Object.keys(value)) {
    if (name.length > limits.jsonStringLengthMax) return false;
    if (!isWithin((value as Readonly<Record<string, unknown>>)[name], depth + 1, limits)) return false;
  }
  return true;
}

/** It keeps its own stack: JSON.parse accepts nesting that breaks whatever recurses. */
function findExcess(root: unknown, limits: BearerLimits): ProblemError | undefined {
  const open: { readonly value: unknown; readonly path: string; readonly depth: number }[] = [
    { value: root, path: '', depth: 1 },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path, depth } = next;
    const message = judgeOne(value, depth, limits);
    if (message !== undefined) return { path: path === '' ? 'body' : path, message };
    if (typeof value !== 'object' || value === null) continue;
    const isArray = Array.isArray(value);
    for (const [name, member] of Object.entries(value)) {
      if (name.length > limits.jsonStringLengthMax)
        return { path: path === '' ? 'body' : path, message: 'has a member with too long a name' };
      // Flags, short strings and the like can be judged where they are, without a place on the stack.
      if (member === null || typeof member === 'boolean') continue;
      const shown = name.length > nameLengthMax ? `${name.slice(0, nameLengthMax)}…` : name;
      const memberPath = isArray ? `${path}[${name}]` : path === '' ? shown : `${path}.${shown}`;
      open.push({ value: member, path: memberPath, depth: depth + 1 });
    }
  }
  return undefined;
}

function judgeOne(value: unknown, depth: number, limits: BearerLimits): string | undefined {
  if (typeof value === 'string')
    return value.length > limits.jsonStringLengthMax
      ? `is longer than ${limits.jsonStringLengthMax} characters`
      : undefined;
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : 'is a number too large to be written as JSON';
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > limits.jsonDepthMax) return `is nested deeper than ${limits.jsonDepthMax} levels`;
  if (Array.isArray(value))
    return value.length > limits.jsonArrayLengthMax
      ? `has more than ${limits.jsonArrayLengthMax} elements`
      : undefined;
  return Object.keys(value).length > limits.jsonMembersMax
    ? `has more than ${limits.jsonMembersMax} members`
    : undefined;
}
