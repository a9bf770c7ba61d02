import { audienceDepths, findAudienceCycle, type NamingMatch, rulesetLimits } from '@fauna-flags/core';
import type { MatchInput } from '@fauna-flags/protocol';
import { findings } from '../../platform/http/index.ts';
import { checkMatch } from './check-match.ts';
import type { Vocabulary } from './project-model.ts';

/** Refuses, with a 422 that lists everything, an audience that cannot be. */
export function checkAudience(key: string, match: MatchInput, vocabulary: Vocabulary): void {
  const found = findings();
  checkMatch(match, 'match', { vocabulary, found, self: key, patterns: { count: 0 } });
  const matches = new Map<string, NamingMatch>(
    [...vocabulary.audiences].map(([name, audience]) => [name, audience.match]),
  ).set(key, match);
  const cycle = findAudienceCycle(matches, key);
  if (cycle !== undefined) {
    // One that names itself was told so where it does.
    if (cycle.length > 2) {
      const place = placeOf(cycle[1] ?? '', match, 'match') ?? 'match';
      found.add(place, `must not lead back to the audience itself: ${cycle.join(' → ')}`);
    }
  } else if (Math.max(...audienceDepths(matches).values()) > rulesetLimits.audienceDepth) {
    found.add('match', `must not lead over ${rulesetLimits.audienceDepth} audiences deep`);
  }
  found.throwIfAny(`keep audience "${key}"`);
}

/** Where a match names an audience first. */
function placeOf(audience: string, match: MatchInput, path: string): string | undefined {
  for (const [index, condition] of match.conditions.entries()) {
    const at = `${path}.conditions[${index}]`;
    if ('attribute' in condition) continue;
    if ('conditions' in condition) {
      const place = placeOf(audience, condition, at);
      if (place !== undefined) return place;
    } else if (condition.audiences.includes(audience)) {
      return `${at}.audiences[${condition.audiences.indexOf(audience)}]`;
    }
  }
  return undefined;
}
