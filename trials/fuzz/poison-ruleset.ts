import type { Ruleset } from '@fauna-flags/core';
import type { SeededRandom } from '../support/seeded-random.ts';
import { oddValue } from './malformed-body.ts';

/** A poisoned snapshot's content, and what the poison may have touched. */
export interface PoisonedRuleset {
  readonly payload: Uint8Array;
  /**
   * `flag`: one flag's entry and nothing else, so that all others must be served as ever. `whole`: anywhere, so that
   * nothing but an orderly refusal or an orderly answer can be asked for.
   */
  readonly reach: 'flag' | 'whole';
}

/** Takes a good ruleset and spoils it. `victim` is the flag whose entry bears it when the poison is kept within one. */
export function poison(ruleset: Ruleset, victim: string, random: SeededRandom): PoisonedRuleset {
  const copy = structuredClone(ruleset) as unknown as { version: number; flags: Record<string, unknown> };
  if (random.chance(0.8)) {
    copy.flags[victim] = random.chance(0.1)
      ? oddValue(random, 4)
      : Array.from({ length: random.int(1, 4) }).reduce(
          (entry: unknown) => spoil(entry, random),
          copy.flags[victim],
        );
    return { payload: bytesOf(copy), reach: 'flag' };
  }
  if (random.chance(0.5)) return { payload: bytesOf(spoil(copy, random)), reach: 'whole' };
  const bytes = Buffer.from(bytesOf(copy));
  if (random.chance(0.5)) bytes[random.int(0, bytes.length - 1)] = random.int(0, 255);
  return {
    payload: random.chance(0.5) ? bytes : bytes.subarray(0, random.int(0, bytes.length)),
    reach: 'whole',
  };
}

function bytesOf(value: unknown): Uint8Array {
  // `undefined` has no JSON: a spoiled value may be missing altogether.
  return new TextEncoder().encode(JSON.stringify(value) ?? '');
}

/** What means something to the evaluator, put where it does not belong. */
const plausible: readonly [string, ...(string | number)[]] = [
  'on',
  'off',
  'google-pay',
  'plain',
  'victim',
  'nobody',
  'matches',
  'fauna',
  '(a+)+$',
  '[',
  '1.2.3',
  '2024-02-30',
  100_000,
  99_999,
  -1,
];

/** Changes one place, at any depth. */
function spoil(value: unknown, random: SeededRandom): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.15))
    return random.chance(0.5) ? random.pick(plausible) : oddValue(random, 3);
  if (Array.isArray(value)) {
    const at = random.int(0, value.length);
    switch (random.int(0, 3)) {
      case 0:
        return value.toSpliced(at, 1);
      case 1:
        return value.toSpliced(at, 0, oddValue(random, 2));
      case 2: // Many times the same: ids and keys that must be unique are not.
        return Array.from({ length: random.pick([2, 9]) }).flatMap(() => value);
      default:
        return value.map((element, index) => (index === at ? spoil(element, random) : element));
    }
  }
  const entries = Object.entries(value);
  const [name, member] = entries[random.int(0, Math.max(0, entries.length - 1))] ?? ['', undefined];
  switch (random.int(0, 5)) {
    case 0:
      return Object.fromEntries(entries.filter(([other]) => other !== name));
    case 1: // A member that nobody knows; a literal `__proto__` is data like any other.
      return Object.fromEntries([
        ...entries,
        [random.pick(['__proto__', 'constructor', 'x']), oddValue(random, 2)],
      ]);
    default:
      return Object.fromEntries([...entries, [name, spoil(member, random)]]);
  }
}
