import type { FlagKind, Json } from '@fauna-flags/core';
import type { NamedVariation } from '@fauna-flags/protocol';
import { keyFromName } from '$lib/ui/key-from-name.ts';

/** A variation while it is edited: its value as text. */
export interface DraftVariation {
  readonly draftId: string;
  readonly key: string;
  /** Whether somebody typed the key; until then it follows the value. */
  readonly keyIsChosen: boolean;
  /** Whether the variation exists, so that its key stays. */
  readonly exists: boolean;
  readonly text: string;
  readonly name: string;
}

/** A variation that exists, as a draft. */
export function draftOfVariation(
  { key, value, name }: NamedVariation,
  kind: FlagKind,
  draftId: string,
): DraftVariation {
  const text = kind === 'string' ? String(value) : JSON.stringify(value, null, kind === 'json' ? 2 : 0);
  return { draftId, key, keyIsChosen: true, exists: true, text, name: name ?? '' };
}

/** An empty one. */
export function emptyVariation(draftId: string): DraftVariation {
  return { draftId, key: '', keyIsChosen: false, exists: false, text: '', name: '' };
}

/** The key that a variation has or, while nobody typed one, what its value suggests. */
export function variationKey({ key, keyIsChosen, text, name }: DraftVariation, place: number): string {
  if (keyIsChosen) return key;
  return keyFromName(name) || keyFromName(text).slice(0, 32).replace(/-+$/, '') || `variation-${place + 1}`;
}

/** The value that a text means for a kind of flag; `undefined` when it means none. */
export function readValue(text: string, kind: FlagKind): Json | undefined {
  switch (kind) {
    case 'string':
      return text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'number': {
      const number = text.trim() === '' ? Number.NaN : Number(text);
      return Number.isFinite(number) ? number : undefined;
    }
    case 'json':
      try {
        return JSON.parse(text) as Json;
      } catch {
        return undefined;
      }
  }
}

/** What is sent of drafts, or what is wrong with each of them by its place. */
export function readVariations(
  drafts: readonly DraftVariation[],
  kind: FlagKind,
): { readonly variations: NamedVariation[]; readonly problems: ReadonlyMap<number, string> } {
  const problems = new Map<number, string>();
  const variations = drafts.flatMap((draft, place): NamedVariation[] => {
    const value = readValue(draft.text, kind);
    if (value === undefined) {
      problems.set(place, kind === 'json' ? 'Not valid JSON' : 'Not a number');
      return [];
    }
    const name = draft.name.trim();
    return [{ key: variationKey(draft, place), value, name: name === '' ? null : name }];
  });
  return { variations, problems };
}
