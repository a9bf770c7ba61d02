import { type FlagKind, rulesetLimits } from '@fauna-flags/core';
import type { NamedVariation } from '@fauna-flags/protocol';
import type { Findings } from '../../platform/http/index.ts';

/** A value of a flag is a setting or a text, not a file: every client that is served it gets it whole. */
const valueBytesMax = 64 * 1024;

/**
 * Judges a flag's whole list of variations: at least one, each with a key of its own and a value of the flag's kind and of
 * at most 64 KiB.
 */
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
    const bytes = bytesOf(value);
    if (bytes > valueBytesMax) {
      found.add(`variations[${index}].value`, `must be at most 64 KiB: it has ${bytes} bytes`);
    }
  }
}

/** How much of the wire a value takes: a text in UTF-8, anything else as JSON. */
function bytesOf(value: NamedVariation['value']): number {
  return Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value), 'utf8');
}
