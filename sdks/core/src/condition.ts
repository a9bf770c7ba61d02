import type { Audiences } from './audiences.ts';
import { type EvaluationState, never, readView, type Test } from './evaluation-state.ts';
import type { AttributeType } from './model.ts';
import { type Operation, operationOf } from './operation.ts';
import type {
  ReadAttributeCondition,
  ReadAudienceCondition,
  ReadCondition,
  ReadMatch,
} from './read-match.ts';
import type { PatternCompiler } from './regex.ts';
import { isMember, type Membership, type Slot, type ViewTable } from './view.ts';

/** What conditions are compiled against. */
export interface ConditionScope {
  readonly views: ViewTable;
  /** The type of a declared attribute; `'unknown'` for a type of a later release, undefined when it is not declared. */
  typeOf(attribute: string): AttributeType | 'unknown' | undefined;
  readonly audiences: Audiences;
  readonly patterns: PatternCompiler;
}

/** A condition on an attribute, compiled. */
export interface CompiledAttributeCondition {
  readonly kind: 'attribute';
  readonly read: ReadAttributeCondition;
  readonly holds: Test;
  /** Whether the context has what the condition needs; false makes the condition false, negated or not. */
  readonly canBeJudged: Test;
  /** What is wrong with the condition itself, whatever the context. */
  readonly problem?: string;
}

/** A condition on audiences, compiled. */
export interface CompiledAudienceCondition {
  readonly kind: 'audiences';
  readonly read: ReadAudienceCondition;
  readonly holds: Test;
}

/** A match, compiled. */
export interface CompiledMatch {
  readonly kind: 'match';
  readonly read: ReadMatch;
  readonly holds: Test;
  readonly conditions: readonly CompiledCondition[];
}

/** One member of a match, compiled. The parts are kept so that an answer can be explained by what gave it. */
export type CompiledCondition = CompiledAttributeCondition | CompiledAudienceCondition | CompiledMatch;

/** Compiles a match; an empty one never holds. */
export function compileMatch(read: ReadMatch, scope: ConditionScope): CompiledMatch {
  const conditions = read.conditions.map((condition) => compileCondition(condition, scope));
  const tests = conditions.map(({ holds }) => holds);
  return { kind: 'match', read, conditions, holds: read.combine === 'all' ? allOf(tests) : anyOf(tests) };
}

function compileCondition(read: ReadCondition, scope: ConditionScope): CompiledCondition {
  switch (read.kind) {
    case 'attribute':
      return compileAttributeCondition(read, scope);
    case 'audiences':
      return { kind: 'audiences', read, holds: scope.audiences.testOf(read) };
    case 'match':
      return compileMatch(read, scope);
  }
}

function compileAttributeCondition(
  read: ReadAttributeCondition,
  scope: ConditionScope,
): CompiledAttributeCondition {
  const { attribute, operator, negate } = read;
  const type = scope.typeOf(attribute);
  const unjudged = (problem: string): CompiledAttributeCondition => ({
    kind: 'attribute',
    read,
    holds: never,
    canBeJudged: never,
    problem,
  });
  if (type === undefined) return unjudged(`the attribute "${attribute}" is not declared`);
  if (operator === 'exists') {
    const raw = scope.views.slotOf(attribute, 'raw');
    const holds: Test = (state) => (readView(state, raw) !== undefined) !== negate;
    return { kind: 'attribute', read, holds, canBeJudged: () => true };
  }
  if (type === 'unknown') return unjudged(`the type of the attribute "${attribute}" is not known`);
  const operation = operationOf(type, read, scope.patterns);
  if (typeof operation === 'string') return unjudged(operation);
  return {
    kind: 'attribute',
    read,
    ...compileOperation(operation, read, scope.views),
    ...(operation.complete ? {} : { problem: 'some of its values cannot be judged' }),
  };
}

function compileOperation(
  operation: Operation,
  { attribute, negate }: ReadAttributeCondition,
  views: ViewTable,
): { readonly holds: Test; readonly canBeJudged: Test } {
  const { complete, quantifier, view } = operation;
  // The slot is for the operation's own view, which is what its test takes; the union hides that they belong together.
  const slot: Slot<unknown> = views.slotOf(attribute, view);
  const test = operation.test as (value: unknown) => boolean;
  const canBeJudged: Test = (state) => readView(state, slot) !== undefined;
  // With operands left out, "any" can still be known to hold and "all" to fail, but never the other way round.
  if (!complete && negate === (quantifier === 'any')) return { holds: never, canBeJudged };
  if (view === 'searchable') return { holds: searchTest(slot, test, negate), canBeJudged };
  if (operation.members !== undefined && !negate && (view === 'string' || view === 'lowerCase')) {
    const membership = views.membershipOf(attribute, view, operation.members);
    const holds = membership === undefined ? plainTest(slot, test) : membershipTest(membership);
    return { holds, canBeJudged };
  }
  return { holds: negate ? negatedTest(slot, test) : plainTest(slot, test), canBeJudged };
}

/** Needs no look at whether the value can be judged: what cannot be is nobody's operand. */
function membershipTest({ slot, members }: Membership): Test {
  return (state) => isMember(readView(state, slot), members);
}

function plainTest(slot: Slot<unknown>, test: (value: unknown) => boolean): Test {
  return (state) => {
    const value = readView(state, slot);
    return value !== undefined && test(value);
  };
}

function negatedTest(slot: Slot<unknown>, test: (value: unknown) => boolean): Test {
  return (state) => {
    const value = readView(state, slot);
    return value !== undefined && !test(value);
  };
}

/** A regex engine is foreign code: if it gives up on an input, the condition cannot be judged. */
function searchTest(slot: Slot<unknown>, test: (value: unknown) => boolean, negate: boolean): Test {
  return (state) => {
    const value = readView(state, slot);
    if (value === undefined) return false;
    try {
      return test(value) !== negate;
    } catch {
      return false;
    }
  };
}

function allOf(tests: readonly Test[]): Test {
  const [first = never, second = never] = tests;
  if (tests.length < 2) return first;
  if (tests.length === 2) return (state) => first(state) && second(state);
  return (state) => {
    for (const test of tests) if (!test(state)) return false;
    return true;
  };
}

function anyOf(tests: readonly Test[]): Test {
  const [first = never, second = never] = tests;
  if (tests.length < 2) return first;
  if (tests.length === 2) return (state: EvaluationState) => first(state) || second(state);
  return (state) => {
    for (const test of tests) if (test(state)) return true;
    return false;
  };
}
