/*
 * A view is one reading of one attribute: as a string, as lower-cased text, as a version, as the hash of a unit, ….
 * Compiling gives each view that a ruleset needs a slot; evaluating fills a slot when a condition first asks for it and
 * keeps it for the rest of that context. So a hundred conditions on `country` look it up once, and a version is parsed
 * once. Undefined in a slot means "cannot be judged": the attribute is absent or not of the view's type.
 */
import { attributeValue } from './attribute-value.ts';
import { unitOf } from './bucket.ts';
import { parseDate } from './date.ts';
import type { JsonObject } from './json.ts';
import { rulesetLimits } from './limits.ts';
import { murmur3 } from './murmur3.ts';
import { parseSemver, type Semver } from './semver.ts';

/** What each view gives when the attribute has it. */
export interface ViewValues {
  /** The value as it is, of any type. */
  readonly raw: unknown;
  /** The hash of the text that is bucketed. */
  readonly unitHash: number;
  readonly string: string;
  readonly lowerCase: string;
  /** A string that is short enough to be searched by a regular expression. */
  readonly searchable: string;
  readonly number: number;
  readonly boolean: boolean;
  readonly semver: Semver;
  readonly date: number;
  /** The strings of a list; other elements are ignored. */
  readonly list: ReadonlySet<string>;
  readonly lowerCaseList: ReadonlySet<string>;
}

/** The name of a view. */
export type View = keyof ViewValues;

/** The place of a view in the slots of an evaluation; remembers the type of what lies there. */
export type Slot<T> = number & { readonly slotOf?: T };

/** Reads one view of one attribute from a context. */
export type ViewReader = (context: JsonObject) => unknown;

/** Hands out slots while a ruleset is compiled. */
export interface ViewTable {
  /** The slot of a view of an attribute; the same for every asker. */
  slotOf<V extends View>(attribute: string, view: V): Slot<ViewValues[V]>;
  /** How to fill each slot. */
  readonly readers: readonly ViewReader[];
}

/** An empty table. */
export function createViewTable(): ViewTable {
  const slots = new Map<string, number>();
  const readers: ViewReader[] = [];
  return {
    readers,
    slotOf(attribute, view) {
      const name = `${view} ${attribute}`;
      const known = slots.get(name);
      if (known !== undefined) return known;
      const slot = readers.length;
      slots.set(name, slot);
      const read: (value: unknown) => unknown = views[view];
      readers.push((context) => {
        const value = attributeValue(context, attribute);
        return value === undefined ? undefined : read(value);
      });
      return slot;
    },
  };
}

const views: { readonly [V in View]: (value: unknown) => ViewValues[V] | undefined } = {
  raw: (value) => value,
  unitHash(value) {
    const unit = unitOf(value);
    return unit === undefined ? undefined : murmur3(unit);
  },
  string: stringOf,
  lowerCase: (value) => stringOf(value)?.toLowerCase(),
  searchable(value) {
    const text = stringOf(value);
    return text === undefined || text.length > rulesetLimits.regexInputLength ? undefined : text;
  },
  number: (value) => (typeof value === 'number' ? value : undefined),
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  semver: parseSemver,
  date: parseDate,
  list: (value) => listOf(value, (text) => text),
  lowerCaseList: (value) => listOf(value, (text) => text.toLowerCase()),
};

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function listOf(value: unknown, change: (text: string) => string): ReadonlySet<string> | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = new Set<string>();
  for (const item of value) if (typeof item === 'string') texts.add(change(item));
  return texts;
}
