import { isObject } from '@fauna-flags/core/link';
import { type Flags, readFlags } from './flags.ts';

/** What the cache needs of localStorage. */
export interface StorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** A state as it is kept. */
export interface CachedState {
  readonly flags: Flags;
  readonly position: string | undefined;
}

/** A page that signs people in and out keeps the states of the last few contexts. */
const entriesMax = 4;
/** Half of what browsers grant an origin at the least; the application needs the rest. */
const charactersMax = 1_000_000;

interface Entry {
  readonly context: string;
  readonly flags: unknown;
  readonly position?: unknown;
}

/** The last state of this key and context, if there is one that can be read. */
export function loadState(
  storage: StorageLike | null,
  key: string,
  context: string,
): CachedState | undefined {
  if (storage === null) return undefined;
  const entry = readEntries(storage, key).find((candidate) => candidate.context === contextName(context));
  if (entry === undefined) return undefined;
  try {
    const position = typeof entry.position === 'string' ? entry.position : undefined;
    return { flags: readFlags(entry.flags), position };
  } catch {
    // Written by another version, or by hand. The server has the truth.
    return undefined;
  }
}

/** Keeps a state. All states of a key lie in one item, so that the space that they take is bounded by construction. */
export function saveState(storage: StorageLike, key: string, context: string, state: CachedState): void {
  const name = contextName(context);
  const entries: Entry[] = readEntries(storage, key).filter((entry) => entry.context !== name);
  entries.unshift({ context: name, flags: Object.fromEntries(state.flags), position: state.position });
  let text: string;
  do {
    text = JSON.stringify(entries.slice(0, entriesMax));
  } while (
    text.length > charactersMax &&
    entries.splice(Math.min(entries.length, entriesMax) - 1).length > 0
  );
  try {
    storage.setItem(itemName(key), text);
  } catch {
    // Storage may be full or forbidden (private windows). The cache only helps the next start; this one has its state.
  }
}

function readEntries(storage: StorageLike, key: string): readonly Entry[] {
  try {
    const entries: unknown = JSON.parse(storage.getItem(itemName(key)) ?? '[]');
    return Array.isArray(entries) ? entries.filter(isObject).map((entry) => entry as unknown as Entry) : [];
  } catch {
    // Storage may be forbidden, or hold what is not ours; both mean that nothing is cached.
    return [];
  }
}

function itemName(key: string): string {
  return `fauna:${digest(key)}`;
}

/** The context itself is not kept: it may name a person, and other scripts of the page read the storage. */
function contextName(context: string): string {
  return digest(context);
}

/** 64 bits of two FNV-1a runs that differ in their start: names a text, and hides nothing from who guesses it. */
function digest(text: string): string {
  let a = 0x811c9dc5;
  let b = 0xc2b2ae35;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
    b ^= b >>> 15;
  }
  return (a >>> 0).toString(36) + (b >>> 0).toString(36);
}
