import type { Ruleset } from '@fauna-flags/core';

/**
 * The flags whose evaluation can differ once these were changed, and all that they need to be evaluated: the flags
 * themselves, those that ask for them through prerequisites, and the prerequisites of all of those.
 */
export function flagsInReach({ flags }: Ruleset, changed: ReadonlySet<string>): ReadonlySet<string> {
  const reach = new Set(changed);
  for (let before = -1; before < reach.size; ) {
    before = reach.size;
    for (const [key, { prerequisites }] of Object.entries(flags))
      if (prerequisites.some(({ flag }) => reach.has(flag))) reach.add(key);
  }
  // A set that grows while it is walked through is walked through to its new end.
  for (const key of reach) for (const { flag } of flags[key]?.prerequisites ?? []) reach.add(flag);
  return reach;
}
