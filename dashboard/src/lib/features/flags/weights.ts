import type { Weight } from '@fauna-flags/core';

/** What all weights of a rollout sum to: one unit is a thousandth of a percent. */
export const whole = 100_000;

/** How much one unit of what people type is. */
const perPercent = whole / 100;

/**
 * A rollout over all variations, those without a weight at nothing: as an editor shows it. Variations that no longer exist
 * are kept, so that what they get can be given to another.
 */
export function allWeights(weights: readonly Weight[], variations: readonly string[]): readonly Weight[] {
  const missing = variations.filter((key) => !weights.some(({ variation }) => variation === key));
  return [...weights, ...missing.map((variation) => ({ variation, weight: 0 }))];
}

/** The rollout that somebody begins with: a tenth for the chosen variation, the rest for the other. */
export function firstWeights(chosen: string, rest: string): readonly Weight[] {
  if (chosen === rest) return [{ variation: chosen, weight: whole }];
  return [
    { variation: chosen, weight: whole / 10 },
    { variation: rest, weight: whole - whole / 10 },
  ];
}

/**
 * Gives one variation a weight and takes the difference from the others, from the last one first: raising a weight at the
 * cost of the last moves nobody between the others.
 */
export function setWeight(weights: readonly Weight[], index: number, weight: number): readonly Weight[] {
  const wanted = Math.min(Math.max(Math.round(weight), 0), whole);
  let left = whole - wanted;
  const others = weights.map((slice, at) => {
    if (at === index) return { ...slice, weight: wanted };
    const kept = Math.min(slice.weight, left);
    left -= kept;
    return { ...slice, weight: kept };
  });
  // What was freed goes to the last of the others.
  const heir = index === weights.length - 1 ? weights.length - 2 : weights.length - 1;
  return others.map((slice, at) => {
    if (heir < 0) return { ...slice, weight: whole };
    return at === heir ? { ...slice, weight: slice.weight + left } : slice;
  });
}

/** Moves the boundary after a slice: the slice grows by what the next one loses. */
export function moveBoundary(weights: readonly Weight[], index: number, by: number): readonly Weight[] {
  const [left, right] = [weights[index]?.weight ?? 0, weights[index + 1]?.weight ?? 0];
  const moved = Math.min(Math.max(Math.round(by), -left), right);
  return weights.map((slice, at) => {
    if (at === index) return { ...slice, weight: left + moved };
    return at === index + 1 ? { ...slice, weight: right - moved } : slice;
  });
}

/** Shares everything alike; the first ones get what cannot be shared. */
export function evenWeights(weights: readonly Weight[]): readonly Weight[] {
  const share = Math.floor(whole / weights.length);
  const rest = whole - share * weights.length;
  return weights.map(({ variation }, index) => ({ variation, weight: share + (index < rest ? 1 : 0) }));
}

/** The sum, which must be 100 000. */
export function sumOf(weights: readonly Weight[]): number {
  return weights.reduce((sum, { weight }) => sum + weight, 0);
}

/** A weight as people read it: "12.5%". */
export function percentOf(weight: number): string {
  return `${percentText(weight)}%`;
}

/** A weight as people type it: "12.5". */
export function percentText(weight: number): string {
  return String(weight / perPercent);
}

/** The weight that a typed percentage means; `undefined` when it means none. A decimal comma is as good as a point. */
export function readPercent(text: string): number | undefined {
  const clean = text.trim().replace(/\s*%$/, '').replace(',', '.');
  if (!/^(\d+\.?\d*|\.\d+)$/.test(clean)) return undefined;
  const weight = Math.round(Number(clean) * perPercent);
  return weight <= whole ? weight : undefined;
}
