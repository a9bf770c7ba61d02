/*
 * What those who write rulesets need in order to refuse what evaluation could not judge, by the very rules of evaluation.
 */
import { depthsOf, findCycle, type Graph, nodesOnCycles } from './graph.ts';
import type { FlagConfiguration } from './model.ts';
import { readFlag } from './read-flag.ts';

/** Flags by key, of which only the prerequisites matter. */
export type FlagsWithPrerequisites = ReadonlyMap<string, Pick<FlagConfiguration, 'prerequisites'>>;

/** A match as far as it names things: a ruleset's, or one that has yet to be judged. */
export interface NamingMatch {
  readonly conditions: readonly (NamingCondition | NamingMatch)[];
}

/** A condition as far as it names something. */
export type NamingCondition = { readonly attribute: string } | { readonly audiences: readonly string[] };

/** The matches of audiences by key. */
export type AudienceMatches = ReadonlyMap<string, NamingMatch>;

/**
 * The shortest way around one cycle of prerequisites, the first flag repeated at the end; undefined when there is none.
 * It begins at the flag `from` when a cycle leads there: whoever has just changed that flag looks for it.
 *
 * @example findPrerequisiteCycle(flags) // ['a', 'b', 'a']
 */
export function findPrerequisiteCycle(flags: FlagsWithPrerequisites, from?: string): string[] | undefined {
  return findCycle(prerequisiteGraph(flags), from);
}

/** The same for audiences that name each other. */
export function findAudienceCycle(audiences: AudienceMatches, from?: string): string[] | undefined {
  return findCycle(audienceGraph(audiences), from);
}

/** How many steps lie between each flag and the furthest that it depends on. Flags on a cycle are left out. */
export function prerequisiteDepths(flags: FlagsWithPrerequisites): Map<string, number> {
  const graph = prerequisiteGraph(flags);
  return depthsOf(graph, nodesOnCycles(graph));
}

/** How many steps lie between each audience and the furthest that it names. Audiences on a cycle are left out. */
export function audienceDepths(audiences: AudienceMatches): Map<string, number> {
  const graph = audienceGraph(audiences);
  return depthsOf(graph, nodesOnCycles(graph));
}

/** The attributes that a match asks, at any depth of it. */
export function attributesIn(match: NamingMatch): string[] {
  return conditionsIn(match).flatMap((condition) => ('attribute' in condition ? [condition.attribute] : []));
}

/** The audiences that a match names, at any depth of it. */
export function audiencesIn(match: NamingMatch): string[] {
  return conditionsIn(match).flatMap((condition) => ('audiences' in condition ? condition.audiences : []));
}

/** Level by level and not by recursion, since this is asked about matches that may yet be refused as too deep. */
function conditionsIn(match: NamingMatch): NamingCondition[] {
  const found: NamingCondition[] = [];
  let level = match.conditions;
  while (level.length > 0) {
    const groups: NamingMatch[] = [];
    for (const condition of level) {
      if ('conditions' in condition) groups.push(condition);
      else found.push(condition);
    }
    level = groups.flatMap(({ conditions }) => conditions);
  }
  return found;
}

/**
 * Why a flag of a ruleset would be `MALFORMED`, in words; undefined when its entry can be read. Cycles of prerequisites
 * are not looked for.
 */
export function flagProblem(flag: unknown): string | undefined {
  const reading = readFlag(flag);
  return 'problem' in reading ? reading.problem : undefined;
}

function prerequisiteGraph(flags: FlagsWithPrerequisites): Graph {
  return new Map([...flags].map(([key, { prerequisites }]) => [key, prerequisites.map(({ flag }) => flag)]));
}

function audienceGraph(audiences: AudienceMatches): Graph {
  return new Map([...audiences].map(([key, match]) => [key, audiencesIn(match)]));
}
