/*
 * What each operator asks of a value, by the type of the attribute. An operation is made once per condition: operands
 * are checked, lower-cased, parsed and reduced (of several bounds only the widest can decide) while compiling.
 *
 * An operand of the wrong type, or one that cannot be parsed, cannot be judged. It is left out, and `complete` says so:
 * "any of them" still holds when another operand holds, but is never known not to hold.
 */
import { parseDate } from './date.ts';
import type { AttributeType, ConditionValue } from './model.ts';
import type { ReadAttributeCondition } from './read-match.ts';
import type { PatternCompiler } from './regex.ts';
import { compareSemver, parseSemver, type Semver } from './semver.ts';
import type { View, ViewValues } from './view.ts';

/** A view of the attribute and what to ask of it. */
export type Operation = { [V in View]: OperationOn<V> }[View];

/** An operation on one view. */
export interface OperationOn<V extends View> {
  readonly view: V;
  readonly test: (value: ViewValues[V]) => boolean;
  /** False when operands were left out. */
  readonly complete: boolean;
  /** Whether all operands must hold, or any of them. */
  readonly quantifier: 'any' | 'all';
  /** The operands, where the test is membership of a text in them and nothing else: there is a quicker way to ask that. */
  readonly members?: ReadonlySet<string>;
}

/** The operation of a condition, or why there is none, in words. `exists` is none: it asks about no value. */
export function operationOf(
  type: AttributeType,
  condition: ReadAttributeCondition,
  patterns: PatternCompiler,
): Operation | string {
  const { operator, values } = condition;
  const operation = operationOfType(type, condition, patterns);
  if (operation === undefined)
    return `the operator "${operator}" does not suit an attribute of type "${type}"`;
  if (values.length === 0) return `the operator "${operator}" needs at least one value`;
  return operation;
}

function operationOfType(
  type: AttributeType,
  condition: ReadAttributeCondition,
  patterns: PatternCompiler,
): Operation | undefined {
  switch (type) {
    case 'string':
      return condition.operator === 'matches'
        ? searchOperation(condition, patterns)
        : stringOperation(condition);
    case 'number':
      return numberOperation(condition);
    case 'boolean':
      return booleanOperation(condition);
    case 'semver':
      return semverOperation(condition);
    case 'date':
      return dateOperation(condition);
    case 'list':
      return listOperation(condition);
  }
}

function stringOperation({ operator, values, ignoreCase }: ReadAttributeCondition): Operation | undefined {
  const operands = stringsOf(values, ignoreCase);
  const test = stringTest(operator, operands);
  if (test === undefined) return undefined;
  const complete = operands.length === values.length;
  const operation = { view: ignoreCase ? 'lowerCase' : 'string', test, complete, quantifier: 'any' } as const;
  return operator === 'in' || operator === 'equals'
    ? { ...operation, members: new Set(operands) }
    : operation;
}

function stringTest(operator: string, operands: readonly string[]): ((value: string) => boolean) | undefined {
  switch (operator) {
    case 'equals':
    case 'in':
      return oneOf(operands);
    case 'contains':
      return anyOf(operands, (operand) => (value) => value.includes(operand));
    case 'startsWith':
      return anyOf(operands, (operand) => (value) => value.startsWith(operand));
    case 'endsWith':
      return anyOf(operands, (operand) => (value) => value.endsWith(operand));
    default:
      return undefined;
  }
}

function searchOperation(
  { values, ignoreCase }: ReadAttributeCondition,
  patterns: PatternCompiler,
): Operation {
  const searches = stringsOf(values, false)
    .map((pattern) => patterns.compile(pattern, ignoreCase))
    .filter((search) => search !== undefined);
  const complete = searches.length === values.length;
  return { view: 'searchable', test: anyOf(searches, (search) => search), complete, quantifier: 'any' };
}

function numberOperation({ operator, values }: ReadAttributeCondition): Operation | undefined {
  const operands = values.filter((value) => typeof value === 'number' && Number.isFinite(value));
  const numbers = operands.map(Number);
  const test =
    operator === 'equals' || operator === 'in'
      ? oneOf(numbers)
      : orderTest(operator, numbers, (a, b) => a - b);
  if (test === undefined) return undefined;
  return { view: 'number', test, complete: numbers.length === values.length, quantifier: 'any' };
}

function booleanOperation({ operator, values }: ReadAttributeCondition): Operation | undefined {
  if (operator !== 'is') return undefined;
  const operands = values.filter((value) => typeof value === 'boolean');
  const complete = operands.length === values.length;
  return { view: 'boolean', test: oneOf(operands), complete, quantifier: 'any' };
}

function semverOperation({ operator, values }: ReadAttributeCondition): Operation | undefined {
  const operands = values.map(parseSemver).filter((operand) => operand !== undefined);
  const test =
    operator === 'equals'
      ? anyOf(operands, (operand) => (value: Semver) => compareSemver(value, operand) === 0)
      : orderTest(operator, operands, compareSemver);
  if (test === undefined) return undefined;
  return { view: 'semver', test, complete: operands.length === values.length, quantifier: 'any' };
}

function dateOperation({ operator, values }: ReadAttributeCondition): Operation | undefined {
  const order = operator === 'before' ? 'lt' : operator === 'after' ? 'gt' : undefined;
  if (order === undefined) return undefined;
  const operands = values.map(parseDate).filter((operand) => operand !== undefined);
  const test = orderTest(order, operands, (a, b) => a - b);
  if (test === undefined) return undefined;
  return { view: 'date', test, complete: operands.length === values.length, quantifier: 'any' };
}

function listOperation({ operator, values, ignoreCase }: ReadAttributeCondition): Operation | undefined {
  const operands = stringsOf(values, ignoreCase);
  const complete = operands.length === values.length;
  const view = ignoreCase ? 'lowerCaseList' : 'list';
  if (operator === 'containsAll')
    return {
      view,
      test: (list) => operands.every((operand) => list.has(operand)),
      complete,
      quantifier: 'all',
    };
  if (operator !== 'containsAny') return undefined;
  const wanted = new Set(operands);
  return { view, test: (list) => intersects(list, wanted), complete, quantifier: 'any' };
}

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const [fewer, more] = a.size < b.size ? [a, b] : [b, a];
  for (const item of fewer) if (more.has(item)) return true;
  return false;
}

function stringsOf(values: readonly ConditionValue[], ignoreCase: boolean): readonly string[] {
  const texts = values.filter((value) => typeof value === 'string');
  return ignoreCase ? texts.map((text) => text.toLowerCase()) : texts;
}

/** Membership. Comparing one by one beats hashing up to three operands. */
function oneOf<T extends ConditionValue>(operands: readonly T[]): (value: T) => boolean {
  const [first, second, third] = operands;
  if (operands.length === 1) return (value) => value === first;
  if (operands.length === 2) return (value) => value === first || value === second;
  if (operands.length === 3) return (value) => value === first || value === second || value === third;
  const set: ReadonlySet<T> = new Set(operands);
  return (value) => set.has(value);
}

/** A test per operand, of which one must hold. */
function anyOf<T, Operand>(
  operands: readonly Operand[],
  testOf: (operand: Operand) => (value: T) => boolean,
): (value: T) => boolean {
  const tests = operands.map(testOf);
  const [only] = tests;
  if (tests.length === 1 && only !== undefined) return only;
  return (value) => {
    for (const test of tests) if (test(value)) return true;
    return false;
  };
}

/** Being below any of several bounds is being below the greatest, and being above any of them above the least. */
function orderTest<T>(
  operator: string,
  bounds: readonly T[],
  compare: (a: T, b: T) => number,
): ((value: T) => boolean) | undefined {
  const [least] = bounds.toSorted(compare);
  const greatest = bounds.toSorted(compare).at(-1);
  if (operator !== 'lt' && operator !== 'lte' && operator !== 'gt' && operator !== 'gte') return undefined;
  if (least === undefined || greatest === undefined) return () => false;
  switch (operator) {
    case 'lt':
      return (value) => compare(value, greatest) < 0;
    case 'lte':
      return (value) => compare(value, greatest) <= 0;
    case 'gt':
      return (value) => compare(value, least) > 0;
    case 'gte':
      return (value) => compare(value, least) >= 0;
  }
}
