import { affectedFlags } from '@fauna-flags/core';
import { perStep } from '../streams/stream-step.ts';

/**
 * The keys of the flags whose answers may differ between two rulesets of one environment, found once for all who ask: the
 * trial of the later one, and every stream that goes from the one to the other.
 */
export const reachedFlags = perStep((from, to) => affectedFlags(from.ruleset, to.ruleset));
