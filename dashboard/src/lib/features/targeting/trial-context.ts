import { attributesIn, audiencesIn, type Context, type NamingMatch } from '@fauna-flags/core';
import type { Audience } from '@fauna-flags/protocol';
import type { AnyCondition, AnyMatch } from './any-match.ts';
import { parseNumber, splitList } from './fit-values.ts';
import { askable, type KnownAttribute } from './vocabulary.ts';

/**
 * The attributes that decide whether a context matches, also through the audiences that the match names, in the order in
 * which they are asked: the fields of a trial.
 */
export function decidingAttributes(
  match: AnyMatch,
  {
    attributes,
    audiences,
  }: {
    readonly attributes: readonly KnownAttribute[];
    readonly audiences: readonly Pick<Audience, 'key' | 'match'>[];
  },
): readonly KnownAttribute[] {
  const asked = new Set<string>();
  const seen = new Set<string>();
  const open: NamingMatch[] = [match];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    for (const attribute of attributesIn(next)) asked.add(attribute);
    for (const key of audiencesIn(next)) {
      const audience = audiences.find((candidate) => candidate.key === key);
      // Audiences may name each other in a circle while somebody edits one.
      if (audience === undefined || seen.has(key)) continue;
      seen.add(key);
      open.push(audience.match);
    }
  }
  const known = askable(attributes);
  return [...asked].flatMap((key) => known.find((attribute) => attribute.key === key) ?? []);
}

/** The context that the fields of a trial say; an empty field says nothing of its attribute. */
export function contextOfFields(
  fields: Readonly<Record<string, string>>,
  attributes: readonly KnownAttribute[],
): Context {
  const told = attributes.flatMap(({ key, type }): [string, unknown][] => {
    const text = Object.hasOwn(fields, key) ? (fields[key] ?? '') : '';
    if (text === '') return [];
    switch (type) {
      case 'number':
        return [[key, parseNumber(text) ?? text]];
      case 'boolean':
        return [[key, text === 'true' ? true : text === 'false' ? false : text]];
      case 'list':
        return [[key, splitList(text)]];
      case 'date':
        // An application often sends epoch milliseconds.
        return [[key, /^\d{9,}$/.test(text) ? Number(text) : text]];
      default:
        return [[key, text]];
    }
  });
  return Object.fromEntries(told);
}

/** Whether a match, or an audience that it can lead to, holds a pattern: only then is a regex engine worth loading. */
export function hasPattern(condition: AnyCondition): boolean {
  if ('conditions' in condition) return condition.conditions.some(hasPattern);
  return 'operator' in condition && condition.operator === 'matches';
}
