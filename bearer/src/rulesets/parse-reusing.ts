/** A JSON text as it came, and what it was parsed into. */
export interface Parsed {
  readonly bytes: Uint8Array;
  readonly value: unknown;
  /** Where its members stand; `undefined` where it is not made of objects without white space. */
  readonly outline: Outline | undefined;
}

/**
 * Parses a JSON text as `JSON.parse()` does, and takes over from what was parsed before: a member of a member whose text is
 * the same, a flag or an audience, is the very object that it was. Most changes of a ruleset change one entry, so the others
 * need neither be read nor compared again, and rulesets that follow one another share them.
 *
 * Texts with white space between their parts are parsed whole: whatever is stored is canonical and has none.
 */
export function parseReusing(bytes: Uint8Array, before?: Parsed): Parsed {
  const outline = outlineOf(bytes);
  if (outline !== undefined && before?.outline !== undefined) {
    try {
      return { bytes, value: reuse({ bytes, outline }, { ...before, outline: before.outline }), outline };
    } catch {
      // It says best itself what is wrong with the text.
    }
  }
  return { bytes, value: JSON.parse(textOf(bytes, 0, bytes.length)), outline };
}

/** Where a value stands: from its first byte to behind its last. */
interface Span {
  readonly start: number;
  readonly end: number;
}

interface Member extends Span {
  /** Of an object. */
  readonly entries: ReadonlyMap<string, Span> | undefined;
}

type Outline = ReadonlyMap<string, Member>;

type Outlined = Pick<Parsed, 'bytes'> & { readonly outline: Outline };

function reuse({ bytes, outline }: Outlined, before: Outlined & Pick<Parsed, 'value'>): unknown {
  const root = {};
  for (const [name, member] of outline) {
    const known = before.outline.get(name);
    const value = memberOf(before.value, name);
    if (known !== undefined && isSame(bytes, member, before.bytes, known)) set(root, name, value);
    else if (known?.entries === undefined || member.entries === undefined)
      set(root, name, parseAt(bytes, member));
    else {
      const object = {};
      for (const [key, span] of member.entries) {
        const entry = known.entries.get(key);
        const isKnown = entry !== undefined && isSame(bytes, span, before.bytes, entry);
        set(object, key, isKnown ? memberOf(value, key) : parseAt(bytes, span));
      }
      set(root, name, object);
    }
  }
  return root;
}

function isSame(bytes: Uint8Array, { start, end }: Span, others: Uint8Array, other: Span): boolean {
  if (end - start !== other.end - other.start) return false;
  const shift = other.start - start;
  for (let at = start; at < end; at += 1) if (bytes[at] !== others[at + shift]) return false;
  return true;
}

function parseAt(bytes: Uint8Array, { start, end }: Span): unknown {
  return JSON.parse(textOf(bytes, start, end));
}

const decoder = new TextDecoder();

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

function memberOf(value: unknown, name: string): unknown {
  return (value as Record<string, unknown>)[name];
}

/** Like `JSON.parse()`, which makes any name an own member. */
function set(object: object, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else (object as Record<string, unknown>)[name] = value;
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Values are not judged: whoever takes one parses it. Names that cannot be read leave no outline. */
function outlineOf(bytes: Uint8Array): Outline | undefined {
  const outline = new Map<string, Member>();
  try {
    const end = walk(bytes, 0, (name, start) => {
      if (bytes[start] !== openBrace) {
        const valueEnd = endOfValue(bytes, start);
        outline.set(name, { start, end: valueEnd, entries: undefined });
        return valueEnd;
      }
      const entries = new Map<string, Span>();
      const objectEnd = walk(bytes, start, (key, at) => {
        const entryEnd = endOfValue(bytes, at);
        entries.set(key, { start: at, end: entryEnd });
        return entryEnd;
      });
      outline.set(name, { start, end: objectEnd, entries });
      return objectEnd;
    });
    return end === bytes.length ? outline : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Goes through the members of the object that begins there: `visit` is given the name of each and where its value begins, and
 * answers where that ends. Answers the end of the object; throws where there is none.
 */
function walk(bytes: Uint8Array, start: number, visit: (name: string, start: number) => number): number {
  let at = start + 1;
  if (bytes[start] === openBrace && bytes[at] === closeBrace) return at + 1;
  for (
    let next: number | undefined = bytes[start] === openBrace ? comma : undefined;
    next === comma;
    at += 1
  ) {
    const nameEnd = bytes[at] === quote ? endOfString(bytes, at) : 0;
    if (bytes[nameEnd] !== colon) break;
    at = visit(JSON.parse(textOf(bytes, at, nameEnd)), nameEnd + 1);
    next = bytes[at];
    if (next === closeBrace) return at + 1;
  }
  throw new SyntaxError('Cannot follow the members of an object');
}

/** Behind the last byte of the value that begins there. */
function endOfValue(bytes: Uint8Array, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at += 1) {
    switch (bytes[at]) {
      case quote:
        at = endOfString(bytes, at) - 1;
        if (depth === 0) return at + 1;
        break;
      case openBrace:
      case openBracket:
        depth += 1;
        break;
      case closeBrace:
      case closeBracket:
        // That of the object around a number or a word, which end with nothing of their own.
        if (depth === 0) return at;
        depth -= 1;
        if (depth === 0) return at + 1;
        break;
      case comma:
        if (depth === 0) return at;
    }
  }
  return bytes.length;
}

/** Behind the closing quote of the string that begins there. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  for (; at < bytes.length && bytes[at] !== quote; at += 1) if (bytes[at] === backslash) at += 1;
  return at + 1;
}
