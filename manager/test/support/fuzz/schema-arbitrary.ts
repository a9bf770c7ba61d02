import fc from 'fast-check';
import type { OpenApiDocument } from '../../../src/features/openapi/index.ts';
import { dereference } from '../open-api.ts';
import { type Noun, wordsFor } from './words.ts';

// biome-ignore lint/suspicious/noExplicitAny: a schema of a document that a validator has found valid.
type Schema = any;

/** As deep as valid values nest: one deeper than a group in a group. */
const depthMax = 9;

/** Values that a schema of the document takes, made of words that mean something here. */
export function schemaArbitrary(
  document: OpenApiDocument,
  schema: Schema,
  { about, member = '', depth = 0 }: { about: Noun | undefined; member?: string; depth?: number },
): fc.Arbitrary<unknown> {
  const within = (inner: Schema, name = member) =>
    schemaArbitrary(document, inner, {
      about: depth < 3 ? about : undefined,
      member: name,
      depth: depth + 1,
    });
  const is = dereference(document, schema);
  const words = wordsFor(member, about);
  if (words !== undefined && is.type === 'string') return fc.constantFrom(...words);
  if (is.const !== undefined) return fc.constant(is.const);
  if (is.enum !== undefined) return fc.constantFrom(...is.enum);
  if (is.anyOf !== undefined || is.oneOf !== undefined) {
    const branches: Schema[] = is.anyOf ?? is.oneOf;
    const open = depth < depthMax ? branches : branches.filter((each) => !isRecursive(document, each));
    return fc.oneof(...open.map((branch) => within(branch)));
  }
  switch (is.type) {
    case 'object':
      return objects(is, within);
    case 'array':
      if (member === 'weights') return weights;
      return fc.oneof(
        { weight: member === 'conditions' ? 1 : 6, arbitrary: fc.constant([]) },
        {
          weight: 6,
          arbitrary: fc.array(within(is.items), { maxLength: depth < 4 ? 3 : 1, minLength: 1 }),
        },
      );
    case 'string':
      return texts(is);
    case 'integer':
      return fc.integer({ min: is.minimum ?? -5, max: Math.min(is.maximum ?? 1_000_000, 1_000_000) });
    case 'number':
      return fc.oneof(
        fc.integer({ min: 0, max: 100_000 }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
      );
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.oneof(
        fc.boolean(),
        fc.constantFrom('classic', 'semantic', 1, 2.5),
        fc.jsonValue({ maxDepth: 2 }),
      );
  }
}

function objects(
  { properties = {}, required = [], additionalProperties, examples = [] }: Schema,
  within: (schema: Schema, name?: string) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const members = Object.entries<Schema>(properties).filter(
    ([name, { readOnly }]) => readOnly !== true || required.includes(name),
  );
  const made = fc.record(Object.fromEntries(members.map(([name, schema]) => [name, within(schema, name)])), {
    requiredKeys: required,
  });
  const free =
    additionalProperties === undefined || additionalProperties === false || members.length > 0
      ? made
      : fc.dictionary(
          fc.constantFrom('key', 'state', 'student', 'plan', 'age', '__proto__'),
          fc.jsonValue({ maxDepth: 1 }),
          {
            maxKeys: 4,
          },
        );
  return examples.length === 0
    ? free
    : fc.oneof({ weight: 2, arbitrary: free }, { weight: 1, arbitrary: fc.constantFrom(...examples) });
}

function texts({ format, minLength = 0, maxLength = 40, pattern }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time') {
    return fc
      .date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
  }
  if (format === 'date') return fc.constantFrom('2026-03-02', '2031-12-31', '1999-01-01');
  if (format === 'uuid') return fc.uuid();
  if (format === 'email') return fc.constantFrom('ada@example.com', 'grace@example.com');
  if (pattern !== undefined && pattern !== '\\S') return fc.constantFrom('on', 'a', 'b-1', 'x.y_z');
  return fc
    .string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, Math.max(minLength, 40)) })
    .map((text) => (text.trim() === '' && minLength > 0 ? 'name'.padEnd(minLength, '.') : text));
}

const weights = fc.constantFrom(
  [{ variation: 'on', weight: 100_000 }],
  [
    { variation: 'on', weight: 25_000 },
    { variation: 'off', weight: 75_000 },
  ],
  [
    { variation: 'classic', weight: 1 },
    { variation: 'semantic', weight: 99_999 },
  ],
  [
    { variation: 'on', weight: 50_000 },
    { variation: 'off', weight: 49_000 },
  ],
);

function isRecursive(document: OpenApiDocument, schema: Schema): boolean {
  return JSON.stringify(dereference(document, schema)).includes('"conditions"');
}
