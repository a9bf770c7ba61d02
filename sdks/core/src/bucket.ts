/*
 * Bucketing. A unit (the bucketed value) and a seed give a position, an unsigned 32-bit number; the weights of a rollout
 * give boundaries on the same scale; the first boundary above the position decides. The position is compared with
 * boundaries and never taken modulo: growing a weight then only moves a boundary, and nobody inside it leaves.
 *
 * The unit is hashed once per context and the seed once per ruleset; each rollout then costs one fmix32. The price is
 * that two units with the same 32-bit hash travel together through every rollout, which harms nobody.
 */
import { fmix32 } from './fmix32.ts';
import { weightTotal } from './limits.ts';
import { murmur3 } from './murmur3.ts';

const positions = 2 ** 32;

/**
 * The position of a unit under a seed, in [0, 2³²).
 *
 * @example bucket('user-1', 'google-pay') // 2198511106
 */
export function bucket(unit: string, seed: string): number {
  return fmix32(murmur3(unit) ^ murmur3(seed));
}

/**
 * The upper boundary of each weight, exclusive: floor(cumulative × 2³² / 100 000). In doubles, since the last boundary is
 * 2³² itself and fits no 32-bit integer; the products stay below 2⁵³, so that every language gets the same numbers.
 */
export function boundariesOf(weights: readonly number[]): number[] {
  let cumulative = 0;
  return weights.map((weight) => {
    cumulative += weight;
    return Math.floor((cumulative * positions) / weightTotal);
  });
}

/** Which slice a position falls in: the first whose boundary lies above it, else the last. */
export function sliceAt(boundaries: readonly number[], position: number): number {
  const last = boundaries.length - 1;
  for (let index = 0; index < last; index += 1) {
    const boundary = boundaries[index];
    if (boundary !== undefined && position < boundary) return index;
  }
  return last;
}

/**
 * The text that an attribute is bucketed by: a string as it is, a number or a boolean as its JSON text. Anything else
 * has none and counts as missing.
 */
export function unitOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  // For finite numbers String() writes what JSON.stringify() writes; NaN and the infinities have no JSON text.
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return undefined;
}
