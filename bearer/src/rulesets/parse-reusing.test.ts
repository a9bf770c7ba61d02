import { canonicalJson } from '@fauna-flags/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseReusing } from './parse-reusing.ts';

const settings = { seed: 20_260_101, numRuns: 1_000 };
const name = fc.constantFrom(
  'a',
  'b',
  'flags',
  '',
  '__proto__',
  'constructor',
  'q"uote',
  'back\\',
  'ü',
  '{',
  '7',
);
const entry = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom('}', '],[', '\\"', '"', -1.5e30, '\u2028'),
);
const objectOf = <Value>(value: fc.Arbitrary<Value>) =>
  fc.array(fc.tuple(name, value), { maxLength: 4 }).map((entries) => Object.fromEntries(entries));
/** Two levels of objects over anything, with names that both texts of a pair draw from. */
const document = fc.oneof({ weight: 4, arbitrary: objectOf(fc.oneof(objectOf(entry), entry)) }, entry);

const bytesOf = (text: string) => new TextEncoder().encode(text);
const valueAfter = (before: string, text: string) =>
  parseReusing(bytesOf(text), parseReusing(bytesOf(before))).value;

describe('parseReusing()', () => {
  it('parses what JSON.parse() parses, whatever was before', () => {
    fc.assert(
      fc.property(document, document, fc.constantFrom(undefined, 1), (earlier, later, space) => {
        const before = canonicalJson(earlier);
        for (const text of [canonicalJson(later), JSON.stringify(later, undefined, space)]) {
          const parsed = valueAfter(before, text);
          // As text, since a member named __proto__ must be an own one as well.
          expect(JSON.stringify(parsed)).toBe(JSON.stringify(JSON.parse(text)));
          expect(parsed).toEqual(JSON.parse(text));
        }
      }),
      settings,
    );
  });

  it('refuses what JSON.parse() refuses, in its words', () => {
    const before = '{"flags":{"a":{"x":[1,2]},"b":true},"version":1}';
    fc.assert(
      fc.property(
        fc.nat(before.length),
        fc.constantFrom('', '{', '}', '[', ']', ',', '"', '\\', 'x'),
        (at, put) => {
          const text = before.slice(0, at) + put + before.slice(at + 1);
          let expected: unknown;
          try {
            expected = JSON.parse(text);
          } catch (error) {
            expect(() => valueAfter(before, text)).toThrow(String((error as Error).message));
            return;
          }
          expect(valueAfter(before, text)).toEqual(expected);
        },
      ),
      settings,
    );
    for (const text of [
      '',
      '{',
      '{"a"',
      '{"a":',
      '{"a":1',
      '{"a":1}x',
      '{"a":{"b":tru}}',
      '{"a":{"b":1]}',
      '{"a":"',
    ])
      expect(() => valueAfter(before, text), text).toThrow(SyntaxError);
  });

  it('takes over the very objects of entries whose text is the same', () => {
    const text = (on: boolean, version: number) =>
      canonicalJson({ flags: { a: { on: true }, b: { on } }, audiences: { x: { of: [1] } }, version });
    const before = parseReusing(bytesOf(text(true, 1)));
    const value = before.value as Record<string, Record<string, unknown>>;
    const later = parseReusing(bytesOf(text(false, 2)), before).value as typeof value;
    expect(later.flags?.a).toBe(value.flags?.a);
    expect(later.audiences).toBe(value.audiences);
    expect(later).toEqual(JSON.parse(text(false, 2)));
    expect(value.flags?.b).toEqual({ on: true });
  });
});
