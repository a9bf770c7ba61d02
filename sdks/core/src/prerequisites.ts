import { depthsOf, type Graph, nodesOnCycles } from './graph.ts';
import { rulesetLimits } from './limits.ts';
import type { Reading } from './malformed.ts';
import type { ReadFlag } from './read-flag.ts';

/** What prerequisites mean for compiling a ruleset's flags. */
export interface PrerequisitePlan {
  /** All flags, each after those that it depends on. */
  readonly order: readonly string[];
  /** Flags whose prerequisites cannot be followed, and why. */
  readonly problems: ReadonlyMap<string, string>;
  /** The flags that others depend on, each with a place to remember its outcome in. */
  readonly remembered: ReadonlyMap<string, number>;
}

/**
 * Judges the prerequisites of all flags at once, whatever the context: whether a flag lies on a cycle must not depend on
 * which of its flags was asked first. After this, following them always ends, within the allowed depth.
 */
export function followPrerequisites(readings: ReadonlyMap<string, Reading<ReadFlag>>): PrerequisitePlan {
  const graph: Graph = new Map(
    [...readings].map(([key, reading]) => [
      key,
      'value' in reading ? reading.value.prerequisites.map(({ flag }) => flag) : [],
    ]),
  );
  const onCycles = nodesOnCycles(graph);
  const depths = depthsOf(graph, onCycles);
  const problems = new Map<string, string>();
  for (const key of onCycles) problems.set(key, `the prerequisites of "${key}" lead back to it`);
  for (const [key, depth] of depths)
    if (depth > rulesetLimits.prerequisiteDepth)
      problems.set(
        key,
        `the prerequisites of "${key}" are ${depth} deep, at most ${rulesetLimits.prerequisiteDepth}`,
      );
  const required = new Set([...graph.values()].flat().filter((key) => graph.has(key)));
  return {
    order: [...onCycles, ...depths.keys()],
    problems,
    remembered: new Map([...required].map((key, place) => [key, place])),
  };
}
