import { type CompiledMatch, type ConditionScope, compileMatch } from './condition.ts';
import { type EvaluationState, never, type Test } from './evaluation-state.ts';
import { depthsOf, nodesOnCycles } from './graph.ts';
import { type JsonObject, ownMember } from './json.ts';
import { rulesetLimits } from './limits.ts';
import { tryReading } from './malformed.ts';
import { readObject } from './read-json.ts';
import { type ReadAudienceCondition, type ReadCondition, type ReadMatch, readMatch } from './read-match.ts';
import type { PatternCompiler } from './regex.ts';

/** The audiences of a ruleset, compiled. */
export interface Audiences {
  readonly count: number;
  /** The test of a condition on audiences. May be asked for before the audiences themselves are compiled. */
  testOf(condition: ReadAudienceCondition): Test;
  /** Whether the context is in the audience; undefined when that cannot be judged. */
  isIn(key: string, state: EvaluationState): boolean | undefined;
  /** Why an audience cannot be judged, in words; undefined when it can. */
  problemOf(key: string): string | undefined;
  matchOf(key: string): CompiledMatch | undefined;
}

/**
 * Compiles the audiences. One that is malformed, lies on a cycle or leads too deep cannot be judged: a condition on it is
 * false, negated or not, as if it did not exist. What else is in the ruleset goes on.
 */
export function compileAudiences(
  json: JsonObject,
  scope: Omit<ConditionScope, 'audiences' | 'patterns'> & { readonly createPatterns: () => PatternCompiler },
): Audiences {
  const { matches, problems } = readAudiences(json);
  const places = new Map([...matches.keys()].map((key, place) => [key, place]));
  const compiled: CompiledMatch[] = [];

  const isAt = (place: number, state: EvaluationState): boolean => {
    const { audiences, generation } = state;
    const known = audiences[place];
    if (known === generation) return false;
    if (known === generation + 1) return true;
    const held = compiled[place]?.holds(state) ?? false;
    audiences[place] = held ? generation + 1 : generation;
    return held;
  };

  const audiences: Audiences = {
    count: places.size,
    testOf({ audiences: keys, negate }) {
      const found = keys.map((key) => places.get(key)).filter((place) => place !== undefined);
      if (found.length === 0) return never;
      // In one of those that are known is in any of them; but in none of them takes knowing them all.
      if (!negate) return (state) => found.some((place) => isAt(place, state));
      if (found.length < keys.length) return never;
      return (state) => !found.some((place) => isAt(place, state));
    },
    isIn(key, state) {
      const place = places.get(key);
      return place === undefined ? undefined : isAt(place, state);
    },
    problemOf: (key) =>
      places.has(key) ? undefined : (problems.get(key) ?? `there is no audience "${key}"`),
    matchOf: (key) => compiled[places.get(key) ?? -1],
  };
  for (const match of matches.values())
    compiled.push(compileMatch(match, { ...scope, audiences, patterns: scope.createPatterns() }));
  return audiences;
}

/** The audiences that a match names, at any depth of it. */
function audiencesIn(match: ReadMatch): string[] {
  const namedBy = (condition: ReadCondition): readonly string[] => {
    if (condition.kind === 'match') return audiencesIn(condition);
    return condition.kind === 'audiences' ? condition.audiences : [];
  };
  return match.conditions.flatMap(namedBy);
}

function readAudiences(json: JsonObject): {
  readonly matches: ReadonlyMap<string, ReadMatch>;
  readonly problems: ReadonlyMap<string, string>;
} {
  const matches = new Map<string, ReadMatch>();
  const problems = new Map<string, string>();
  for (const key of Object.keys(json)) {
    const reading = tryReading(() => readMatch(ownMember(readObject(json[key], ''), 'match'), 'match'));
    if ('value' in reading) matches.set(key, reading.value);
    else problems.set(key, `the audience "${key}" is malformed: ${reading.problem}`);
  }
  const graph = new Map([...matches].map(([key, match]) => [key, audiencesIn(match)]));
  const onCycles = nodesOnCycles(graph);
  for (const [key, depth] of depthsOf(graph, onCycles))
    if (depth > rulesetLimits.audienceDepth)
      problems.set(key, `the audience "${key}" names others more than ${rulesetLimits.audienceDepth} deep`);
  for (const key of onCycles) problems.set(key, `the audience "${key}" leads back to itself`);
  for (const key of problems.keys()) matches.delete(key);
  return { matches, problems };
}
