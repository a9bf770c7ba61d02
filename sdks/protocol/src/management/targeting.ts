import type { Match, Serve } from '@fauna-flags/core';
import { z } from 'zod';

/**
 * Who gets a flag, in one word: `everyone` (only the default serve decides), `nobody` (the same, and it serves the off
 * variation), `audiences` (members of some audiences get one thing, all others another), `rules` (anything beyond).
 */
export const targetingSchema = z.enum(['everyone', 'nobody', 'audiences', 'rules']);
export type Targeting = z.infer<typeof targetingSchema>;

/** As much of a configuration as tells who gets the flag. */
export interface TargetingParts {
  readonly offVariation: string;
  readonly prerequisites: readonly unknown[];
  readonly targets: readonly unknown[];
  readonly rules: readonly { readonly match: Match; readonly serve: Serve }[];
  readonly defaultServe: Serve;
}

/**
 * Sums a configuration up. Lists show it beside the switch, and an editor opens in the simplest mode that can show the
 * configuration without losing anything of it.
 */
export function targetingOf({
  offVariation,
  prerequisites,
  targets,
  rules,
  defaultServe,
}: TargetingParts): Targeting {
  if (prerequisites.length > 0 || targets.length > 0 || rules.length > 1) return 'rules';
  const [rule] = rules;
  if (rule === undefined) {
    return 'variation' in defaultServe && defaultServe.variation === offVariation ? 'nobody' : 'everyone';
  }
  return 'variation' in defaultServe && audiencesOf(rule.match) !== undefined ? 'audiences' : 'rules';
}

/** The audiences of a match that says no more than "in any of these"; `undefined` when it says anything else. */
export function audiencesOf(match: Match): readonly string[] | undefined {
  const [condition] = match.conditions;
  if (match.conditions.length !== 1 || condition === undefined || !('audiences' in condition))
    return undefined;
  return condition.negate === true ? undefined : condition.audiences;
}
