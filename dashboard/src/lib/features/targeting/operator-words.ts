import { type AttributeType, type Operator, operatorsByType } from '@fauna-flags/core';

/** One way to ask: an operator, as it is or turned into its opposite. */
export interface OperatorChoice {
  readonly operator: string;
  readonly negate: boolean;
}

/** An operator in words: as it is, turned into its opposite, and both for a single value where that reads better. */
interface Words {
  readonly is: string;
  readonly not: string;
  readonly one?: { readonly is: string; readonly not: string };
}

const order: Readonly<Partial<Record<AttributeType, Readonly<Partial<Record<Operator, Words>>>>>> = {
  semver: {
    lt: { is: 'is older than', not: 'is not older than' },
    lte: { is: 'is at most', not: 'is not at most' },
    gt: { is: 'is newer than', not: 'is not newer than' },
    gte: { is: 'is at least', not: 'is not at least' },
  },
};

const words: Readonly<Record<Operator, Words>> = {
  equals: { is: 'is', not: 'is not' },
  in: { is: 'is any of', not: 'is none of', one: { is: 'is', not: 'is not' } },
  contains: { is: 'contains', not: 'does not contain' },
  startsWith: { is: 'starts with', not: 'does not start with' },
  endsWith: { is: 'ends with', not: 'does not end with' },
  matches: { is: 'matches the pattern', not: 'does not match the pattern' },
  lt: { is: 'is less than', not: 'is not less than' },
  lte: { is: 'is at most', not: 'is not at most' },
  gt: { is: 'is more than', not: 'is not more than' },
  gte: { is: 'is at least', not: 'is not at least' },
  is: { is: 'is', not: 'is not' },
  before: { is: 'is before', not: 'is not before' },
  after: { is: 'is after', not: 'is not after' },
  containsAny: {
    is: 'contains any of',
    not: 'contains none of',
    one: { is: 'contains', not: 'does not contain' },
  },
  containsAll: {
    is: 'contains all of',
    not: 'does not contain all of',
    one: { is: 'contains', not: 'does not contain' },
  },
  exists: { is: 'is set', not: 'is not set' },
};

/** Opposites that another operator says better: they are shown where they stand, and not offered. */
const hardlyNegated: ReadonlySet<string> = new Set(['lt', 'lte', 'gt', 'gte', 'is']);

const ignoresCase: ReadonlySet<string> = new Set([
  'equals',
  'in',
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'containsAny',
  'containsAll',
]);

/**
 * What a choice is called. With the number of values a sentence comes out right: one value "is", several "are any of".
 *
 * @example operatorWords({ operator: 'in', negate: true }, { type: 'string' }) // "is none of"
 */
export function operatorWords(
  { operator, negate }: OperatorChoice,
  { type, values }: { readonly type: AttributeType | undefined; readonly values?: number },
): string {
  const known = isOperator(operator) ? ((type && order[type]?.[operator]) ?? words[operator]) : undefined;
  // An operator of a later release has no words here, and still must not be hidden.
  if (known === undefined) return negate ? `not ${operator}` : operator;
  const side = values === 1 ? (known.one ?? known) : known;
  return negate ? side.not : side.is;
}

/** The ways to ask about an attribute of this type, and the one that is chosen now even if it is not usually offered. */
export function operatorChoices(type: AttributeType, current?: OperatorChoice): readonly OperatorChoice[] {
  const choices = operatorsByType[type].flatMap((operator): OperatorChoice[] =>
    hardlyNegated.has(operator)
      ? [{ operator, negate: false }]
      : [
          { operator, negate: false },
          { operator, negate: true },
        ],
  );
  if (current === undefined || current.operator === '') return choices;
  const isOffered = choices.some(
    ({ operator, negate }) => operator === current.operator && negate === current.negate,
  );
  return isOffered ? choices : [...choices, { operator: current.operator, negate: current.negate }];
}

/** The way to ask that a new condition on an attribute of this type begins with. */
export const firstOperator: Readonly<Record<AttributeType, Operator>> = {
  string: 'in',
  number: 'equals',
  boolean: 'is',
  semver: 'gte',
  date: 'after',
  list: 'containsAny',
};

/** Whether upper and lower case can be told apart or not by choice. */
export function canIgnoreCase(type: AttributeType | undefined, operator: string): boolean {
  return (type === 'string' || type === 'list') && ignoresCase.has(operator);
}

/** Whether an operator compares with one bound; several are possible, but nobody means that. */
export function takesOneValue(operator: string): boolean {
  return ['lt', 'lte', 'gt', 'gte', 'before', 'after'].includes(operator);
}

function isOperator(operator: string): operator is Operator {
  return Object.hasOwn(words, operator);
}
