import { type AttributeType, type ConditionValue, isSemver, parseDate } from '@fauna-flags/core';

/**
 * Those of the values that can be read as values of a type, as values of that type: "5" and 5 are each other's, a version
 * stays a version, but nothing is guessed.
 */
export function fitValues(values: readonly ConditionValue[], type: AttributeType): readonly ConditionValue[] {
  return values.map((value) => fitValue(value, type)).filter((value) => value !== undefined);
}

function fitValue(value: ConditionValue, type: AttributeType): ConditionValue | undefined {
  switch (type) {
    case 'string':
    case 'list':
      return typeof value === 'boolean' ? undefined : String(value);
    case 'number':
      return typeof value === 'boolean' ? undefined : parseNumber(String(value));
    case 'boolean':
      if (value === true || value === 'true') return true;
      return value === false || value === 'false' ? false : undefined;
    case 'semver':
      return isSemver(value) ? value : undefined;
    case 'date':
      return parseDate(value) === undefined ? undefined : value;
  }
}

/** A number as people type it; undefined for anything that JSON would not call a number, such as "" or "Infinity". */
export function parseNumber(text: string): number | undefined {
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text.trim())) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** What people typed or pasted, as values; what cannot be one is handed back to be mended. */
export interface ReadValues {
  readonly values: readonly ConditionValue[];
  readonly rest: string;
}

/**
 * Reads typed or pasted text as values of a type. Lists may be parted by new lines, tabs or commas; a value with a comma
 * in it stands between double quotes, as spreadsheets write it. Texts for `matches` are never split: a pattern may hold
 * any of these.
 */
export function readValues(text: string, type: AttributeType, operator: string): ReadValues {
  if (operator === 'matches') return { values: text === '' ? [] : [text], rest: '' };
  const pieces = splitList(text);
  const read = pieces.map((piece) => ({ piece, value: readValue(piece, type) }));
  return {
    values: read.flatMap(({ value }) => (value === undefined ? [] : [value])),
    rest: read.flatMap(({ piece, value }) => (value === undefined ? [piece] : [])).join(', '),
  };
}

function readValue(text: string, type: AttributeType): ConditionValue | undefined {
  if (type === 'number') return parseNumber(text);
  return fitValue(text, type);
}

/** The pieces of a pasted list, without white space around them and without empty ones. */
export function splitList(text: string): readonly string[] {
  const pieces = text.match(/"(?:[^"]|"")*"(?=\s*(?:[,\t\r\n]|$))|[^,\t\r\n]+/g) ?? [];
  return pieces
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')
    .map(unquoted);
}

/** What stands between double quotes; `""` is the empty text, which is a value like any other. */
function unquoted(piece: string): string {
  const isQuoted = piece.length > 1 && piece.startsWith('"') && piece.endsWith('"');
  return isQuoted ? piece.slice(1, -1).replaceAll('""', '"') : piece;
}
