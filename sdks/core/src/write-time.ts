/*
 * What those who write rulesets need in order to refuse what evaluation could not judge, by the very rules of evaluation.
 */
import { depthsOf, findCycle, type Graph, nodesOnCycles } from './graph.ts';
import type {
  AttributeCondition,
  AttributeType,
  AudienceCondition,
  Condition,
  FlagConfiguration,
  Match,
  RulesetAudience,
} from './model.ts';
import { operationOf } from './operation.ts';
import { readFlag } from './read-flag.ts';
import { createPatternCompiler, type RegexPort } from './regex.ts';

/** Flags by key, of which only the prerequisites matter. */
export type FlagsWithPrerequisites = Readonly<Record<string, Pick<FlagConfiguration, 'prerequisites'>>>;

/** Audiences by key. */
export type AudiencesByKey = Readonly<Record<string, RulesetAudience>>;

/**
 * The shortest way around one cycle of prerequisites, the first flag repeated at the end; undefined when there is none.
 *
 * @example findPrerequisiteCycle(flags) // ['a', 'b', 'a']
 */
export function findPrerequisiteCycle(flags: FlagsWithPrerequisites): string[] | undefined {
  return findCycle(prerequisiteGraph(flags));
}

/** The same for audiences that name each other. */
export function findAudienceCycle(audiences: AudiencesByKey): string[] | undefined {
  return findCycle(audienceGraph(audiences));
}

/** How many steps lie between each flag and the furthest that it depends on. Flags on a cycle are left out. */
export function prerequisiteDepths(flags: FlagsWithPrerequisites): Map<string, number> {
  const graph = prerequisiteGraph(flags);
  return depthsOf(graph, nodesOnCycles(graph));
}

/** How many steps lie between each audience and the furthest that it names. Audiences on a cycle are left out. */
export function audienceDepths(audiences: AudiencesByKey): Map<string, number> {
  const graph = audienceGraph(audiences);
  return depthsOf(graph, nodesOnCycles(graph));
}

/** How many groups lie inside each other in a match; 0 when it holds conditions alone. */
export function matchDepth(match: Match): number {
  let depth = 0;
  let level: readonly Match[] = [match];
  // Level by level and not by recursion, since this is asked about matches that may yet be refused as too deep.
  for (;;) {
    level = level.flatMap(({ conditions }) => conditions.filter(isMatch));
    if (level.length === 0) return depth;
    depth += 1;
  }
}

/** The conditions of a match at any depth, without the groups they stand in. */
export function conditionsIn(match: Match): (AttributeCondition | AudienceCondition)[] {
  const found: (AttributeCondition | AudienceCondition)[] = [];
  let level: readonly Condition[] = match.conditions;
  while (level.length > 0) {
    for (const condition of level) if (!isMatch(condition)) found.push(condition);
    level = level.filter(isMatch).flatMap(({ conditions }) => conditions);
  }
  return found;
}

/**
 * Why a condition on an attribute of this type cannot be judged, or not fully, in words; undefined when it can. Patterns
 * are tried with `regex`; without it they are not judged.
 */
export function conditionProblem(
  type: AttributeType,
  condition: AttributeCondition,
  regex?: RegexPort,
): string | undefined {
  if (condition.operator === 'exists') return undefined;
  if (condition.operator === 'matches' && type === 'string' && regex === undefined) return undefined;
  const { negate = false, ignoreCase = false } = condition;
  const read = { ...condition, kind: 'attribute', negate, ignoreCase } as const;
  const operation = operationOf(type, read, createPatternCompiler(regex, new Map()));
  if (typeof operation === 'string') return operation;
  return operation.complete ? undefined : `not every value suits the operator "${condition.operator}"`;
}

/**
 * Why a flag of a ruleset would be `MALFORMED`, in words; undefined when its entry can be read. Cycles of prerequisites
 * are not looked for.
 */
export function flagProblem(flag: unknown): string | undefined {
  const reading = readFlag(flag);
  return 'problem' in reading ? reading.problem : undefined;
}

function isMatch(condition: Condition): condition is Match {
  return 'conditions' in condition;
}

function prerequisiteGraph(flags: FlagsWithPrerequisites): Graph {
  return new Map(
    Object.entries(flags).map(([key, { prerequisites }]) => [key, prerequisites.map(({ flag }) => flag)]),
  );
}

function audienceGraph(audiences: AudiencesByKey): Graph {
  return new Map(
    Object.entries(audiences).map(([key, { match }]) => [
      key,
      conditionsIn(match).flatMap((condition) => ('audiences' in condition ? condition.audiences : [])),
    ]),
  );
}
