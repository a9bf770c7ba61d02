import type { Match, Serve } from '@fauna-flags/core';
import type { Targeting } from './targeting.ts';

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

/**
 * How many of all users a rollout to everyone reaches, in thousandths of a percent: whoever gets anything but the off
 * variation. `null` where no rollout alone decides.
 */
export function shareOf(parts: TargetingParts): number | null {
  const { offVariation, defaultServe } = parts;
  if (!('rollout' in defaultServe) || targetingOf(parts) !== 'everyone') return null;
  return defaultServe.rollout.weights
    .filter(({ variation }) => variation !== offVariation)
    .reduce((sum, { weight }) => sum + weight, 0);
}

/** The audiences of a match that says no more than "in any of these"; `undefined` when it says anything else. */
export function audiencesOf(match: Match): readonly string[] | undefined {
  const [condition] = match.conditions;
  if (match.conditions.length !== 1 || condition === undefined || !('audiences' in condition))
    return undefined;
  return condition.negate === true ? undefined : condition.audiences;
}
