import { isJsonObject, type JsonObject, ownMember } from './json.ts';
import { tryReading } from './malformed.ts';
import { oncePerObject } from './once-per-object.ts';
import { readRuleset } from './read-ruleset.ts';
import { isSameJson } from './same-json.ts';

interface Entries {
  readonly flags: JsonObject;
  readonly audiences: JsonObject;
  readonly attributes: JsonObject;
}

const nothing: Entries = { flags: {}, audiences: {}, attributes: {} };

/**
 * The keys of the flags whose answer may differ between two rulesets for some context: those that were changed, added or
 * removed themselves, and those that reach such a flag through prerequisites, or a changed audience or attribute through
 * conditions, rollouts and other audiences. Whatever is not in the set answers both the same, so that nobody needs to
 * evaluate it again.
 *
 * What is no ruleset counts as an empty one: every flag of the other is in the set. Entries that are the very same object in
 * both are taken for what they were when they were first seen.
 */
export function affectedFlags(previous: unknown, next: unknown): ReadonlySet<string> {
  const before = entriesOf(previous);
  const after = entriesOf(next);
  const attributes = changedKeys(before.attributes, after.attributes);
  const audiences = changedKeys(before.audiences, after.audiences);
  spread(after.audiences, audiences, {
    namesOf: (key, entry) => (before.audiences[key] === entry ? rememberedNames(entry) : namesIn(entry)),
    isReached: (names) => meets(names.attributes, attributes),
    leadsTo: (names) => names.audiences,
  });
  const flags = changedKeys(before.flags, after.flags);
  spread(after.flags, flags, {
    namesOf: (key, entry) => (before.flags[key] === entry ? rememberedNames(entry) : namesIn(entry)),
    isReached: (names) => meets(names.attributes, attributes) || meets(names.audiences, audiences),
    leadsTo: (names) => names.flags,
  });
  return flags;
}

function entriesOf(ruleset: unknown): Entries {
  const reading = tryReading(() => readRuleset(ruleset));
  return 'value' in reading ? reading.value : nothing;
}

function changedKeys(before: JsonObject, after: JsonObject): Set<string> {
  const changed = new Set<string>();
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) changed.add(key);
  for (const [key, entry] of Object.entries(after))
    if (!Object.hasOwn(before, key) || !isSameJson(before[key], entry)) changed.add(key);
  return changed;
}

interface Reach {
  readonly namesOf: (key: string, entry: unknown) => Names;
  /** Whether something outside the entries, which the entry names, has changed. */
  readonly isReached: (names: Names) => boolean;
  /** The other entries that an entry names. */
  readonly leadsTo: (names: Names) => ReadonlySet<string>;
}

/**
 * Adds the keys of all entries that are affected, those that name affected ones included. Only the newer entries need to
 * be asked: one that differs from its older self is in the set already.
 */
function spread(entries: JsonObject, affected: Set<string>, { namesOf, isReached, leadsTo }: Reach): void {
  const namedBy = new Map<string, string[]>();
  for (const [key, entry] of Object.entries(entries)) {
    if (affected.has(key)) continue;
    const names = namesOf(key, entry);
    if (isReached(names)) affected.add(key);
    else for (const other of leadsTo(names)) append(namedBy, other, key);
  }
  // A set is walked in the order of insertion, so that what is added on the way gets its turn.
  for (const key of affected) for (const other of namedBy.get(key) ?? []) affected.add(other);
}

function append(lists: Map<string, string[]>, name: string, item: string): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [item]);
  else list.push(item);
}

function meets(names: ReadonlySet<string>, changed: ReadonlySet<string>): boolean {
  if (changed.size === 0) return false;
  for (const name of names) if (changed.has(name)) return true;
  return false;
}

/** What an entry names. */
interface Names {
  readonly attributes: Set<string>;
  readonly audiences: Set<string>;
  readonly flags: Set<string>;
}

/** The same for entries that rulesets share, which are read again with every change of another one. */
const rememberedNames = oncePerObject(namesIn);

/**
 * Collects names wherever they may stand, without judging the entry's structure: naming too much costs an evaluation,
 * naming too little would leave somebody with an old answer.
 */
function namesIn(entry: unknown): Names {
  const names: Names = { attributes: new Set(), audiences: new Set(), flags: new Set() };
  const waiting: unknown[] = [entry];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    if (isJsonObject(item)) {
      addText(names.attributes, ownMember(item, 'attribute'));
      addText(names.attributes, ownMember(item, 'by'));
      addText(names.flags, ownMember(item, 'flag'));
      const audiences = ownMember(item, 'audiences');
      if (Array.isArray(audiences)) for (const key of audiences) addText(names.audiences, key);
    }
    if (typeof item === 'object' && item !== null)
      for (const member of Object.values(item))
        if (typeof member === 'object' && member !== null) waiting.push(member);
  }
  return names;
}

function addText(texts: Set<string>, value: unknown): void {
  if (typeof value === 'string') texts.add(value);
}
