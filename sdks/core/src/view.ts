/*
 * A view is one reading of one attribute: as a string, as lower-cased text, as a version, as the hash of a unit, ….
 * Compiling gives each view that a ruleset needs a slot; evaluating fills a slot when a condition first asks for it and
 * keeps it for the rest of that context. So a hundred conditions on `country` look it up once, and a version is parsed
 * once. Undefined in a slot means "cannot be judged": the attribute is absent or not of the view's type.
 */
import { attributeValue } from './attribute-value.ts';
import { unitOf } from './bucket.ts';
import { parseDate } from './date.ts';
import { type EvaluationState, readView } from './evaluation-state.ts';
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

/** Reads one view of one attribute from the context of an evaluation. */
export type ViewReader = (state: EvaluationState) => unknown;

/**
 * Asks which of certain texts a context has. Many conditions ask the same attribute for membership in different lists, so
 * all their texts are numbered: a context's own text is looked up once, and each list is asked for a number.
 */
export interface Membership {
  /** The number of the context's text, -1 when it is none that anybody asks for; read it with `isMember`. */
  readonly slot: Slot<number>;
  /** By number: 1 where the text is in the list. */
  readonly members: Uint8Array;
}

/** Hands out slots while a ruleset is compiled. */
export interface ViewTable {
  /** The slot of a view of an attribute; the same for every asker. */
  slotOf<V extends View>(attribute: string, view: V): Slot<ViewValues[V]>;
  /**
   * Prepares to ask whether the attribute's text is one of these; undefined when there are too many of them to be worth a
   * number, and a set is as good.
   */
  membershipOf(
    attribute: string,
    view: 'string' | 'lowerCase',
    texts: Iterable<string>,
  ): Membership | undefined;
  /** How to fill each slot. */
  readonly readers: readonly ViewReader[];
}

/**
 * Texts of one attribute that get numbers: a list costs at most this many bytes, and five thousand flags with one each
 * stay at five megabytes.
 */
const numberedTextsMax = 1_024;

/** Whether the context's text is a member. */
export function isMember(place: number | undefined, members: Uint8Array): boolean {
  return place !== undefined && place >= 0 && place < members.length && members[place] === 1;
}

/** An empty table. */
export function createViewTable(): ViewTable {
  const slots = new Map<string, number>();
  const readers: ViewReader[] = [];
  const numbered = new Map<string, { readonly slot: number; readonly places: Map<string, number> }>();

  const table: ViewTable = {
    membershipOf(attribute, view, texts) {
      const wanted = new Set(texts);
      const { slot, places } = numberingOf(attribute, view);
      const added = [...wanted].filter((text) => !places.has(text));
      if (places.size + added.length > numberedTextsMax) return undefined;
      for (const text of added) places.set(text, places.size);
      const own = [...wanted].map((text) => places.get(text) ?? 0);
      const members = new Uint8Array(Math.max(0, ...own) + 1);
      for (const place of own) members[place] = 1;
      return { slot, members };
    },
    readers,
    slotOf(attribute, view) {
      const name = `${view} ${attribute}`;
      const known = slots.get(name);
      if (known !== undefined) return known;
      const slot = readers.length;
      slots.set(name, slot);
      const read: (value: unknown) => unknown = views[view];
      readers.push(({ context }) => {
        const value = attributeValue(context, attribute);
        return value === undefined ? undefined : read(value);
      });
      return slot;
    },
  };
  return table;

  /** The texts of an attribute that have numbers, and the slot that holds the number of a context's own. */
  function numberingOf(attribute: string, view: 'string' | 'lowerCase') {
    const name = `${view} ${attribute}`;
    const known = numbered.get(name);
    if (known !== undefined) return known;
    const places = new Map<string, number>();
    const textSlot = table.slotOf(attribute, view);
    const slot = readers.length;
    readers.push((state) => {
      const text = readView(state, textSlot);
      return text === undefined ? -1 : (places.get(text) ?? -1);
    });
    const numbering = { slot, places };
    numbered.set(name, numbering);
    return numbering;
  }
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
