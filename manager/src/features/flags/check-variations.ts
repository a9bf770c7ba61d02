import { type FlagKind, rulesetLimits } from '@fauna-flags/core';
import type { NamedVariation } from '@fauna-flags/protocol';
import type { Findings } from '../targeting/index.ts';

/** Judges a flag's whole list of variations: at least one, each with a key of its own and a value of the flag's kind. */
export function checkVariations(
  kind: FlagKind,
  variations: readonly NamedVariation[],
  found: Findings,
): void {
  if (variations.length === 0) found.add('variations', 'must hold at least one variation');
  if (variations.length > rulesetLimits.variationsPerFlag) {
    found.add(
      'variations',
      `must be at most ${rulesetLimits.variationsPerFlag}: there are ${variations.length}`,
    );
  }
  const keys = new Set<string>();
  for (const [index, { key, value }] of variations.entries()) {
    if (keys.has(key))
      found.add(`variations[${index}].key`, `must be unique in the flag: "${key}" is there twice`);
    keys.add(key);
    if (kind !== 'json' && typeof value !== kind) {
      found.add(`variations[${index}].value`, `must be a ${kind}, as the flag's kind says`);
    }
  }
}
