import type { LiveRuleset } from '../rulesets/live-ruleset.ts';

/** Makes something out of a ruleset once, for all the streams that show it, and forgets it with the ruleset. */
export function perRuleset<Made extends object>(
  make: (live: LiveRuleset) => Made,
): (live: LiveRuleset) => Made {
  const known = new WeakMap<LiveRuleset, Made>();
  return (live) => {
    const kept = known.get(live);
    if (kept !== undefined) return kept;
    const made = make(live);
    known.set(live, made);
    return made;
  };
}

/** The same for the way from one ruleset to another, which many streams go at once. */
export function perStep<Made extends object>(
  make: (from: LiveRuleset, to: LiveRuleset) => Made,
): (from: LiveRuleset, to: LiveRuleset) => Made {
  const stepsTo = perRuleset((to) => perRuleset((from) => make(from, to)));
  return (from, to) => stepsTo(to)(from);
}
