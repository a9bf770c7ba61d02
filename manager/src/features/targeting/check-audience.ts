import { rulesetLimits } from '@fauna-flags/core';
import type { MatchInput } from '@fauna-flags/protocol';
import { checkMatch } from './check-match.ts';
import { findings } from './findings.ts';
import { cycleThrough, longestWay } from './graph.ts';
import type { Vocabulary } from './project-model.ts';
import { audiencesIn } from './references.ts';

/** Refuses, with a 422 that lists everything, an audience that cannot be. */
export function checkAudience(key: string, match: MatchInput, vocabulary: Vocabulary): void {
  const found = findings();
  checkMatch(match, 'match', { vocabulary, found, self: key, patterns: { count: 0 } });
  const graph = new Map(
    [...vocabulary.audiences].map(([name, audience]) => [name, audiencesIn(audience.match)]),
  );
  graph.set(key, audiencesIn(match));
  const cycle = cycleThrough(graph, key);
  if (cycle !== undefined) {
    // One that names itself was told so where it does.
    if (cycle.length > 2)
      found.add('match', `must not lead back to the audience itself: ${cycle.join(' → ')}`);
  } else if (longestWay(graph) > rulesetLimits.audienceDepth) {
    found.add('match', `must not lead over ${rulesetLimits.audienceDepth} audiences deep`);
  }
  found.throwIfAny(`keep audience "${key}"`);
}
