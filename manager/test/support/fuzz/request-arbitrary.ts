import fc from 'fast-check';
import type { OpenApiDocument } from '../../../src/features/openapi/index.ts';
import type { DocumentedOperation } from '../open-api.ts';
import { hostileBody, hostileQuery, hostileSegment, hostileText } from './hostile.ts';
import { schemaArbitrary } from './schema-arbitrary.ts';
import { ToldWords } from './told-words.ts';
import { nounOfPath, wordsForPath } from './words.ts';

/** One request as it is sent, but for what only answers tell. */
export interface FuzzRequest {
  readonly operation: string;
  readonly method: string;
  /** With places for what only answers tell. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Whose credentials it carries. */
  readonly as: 'admin' | 'owner' | 'nobody';
}

/** Requests of all operations: most of them right, or nearly so. */
export function requestArbitrary(
  document: OpenApiDocument,
  operations: readonly DocumentedOperation[],
): fc.Arbitrary<FuzzRequest> {
  return fc.oneof(
    ...operations.map((operation) => ({
      weight: weightOf(operation),
      arbitrary: requestsOf(document, operation),
    })),
  );
}

/** What costs a password's hash, a stream or a whole project comes less often. */
function weightOf({ path, is }: DocumentedOperation): number {
  if (is.operationId === 'deleteProject') return 1;
  if (/^(delete|revoke|archive)/.test(is.operationId)) return 4;
  if (/\/(session|owner|live|users|password|two-factor|account)\b/.test(path)) return 2;
  return is.requestBody === undefined ? 10 : 15;
}

function requestsOf(document: OpenApiDocument, operation: DocumentedOperation): fc.Arbitrary<FuzzRequest> {
  const { method, path, is } = operation;
  return fc.record({
    operation: fc.constant(is.operationId as string),
    method: fc.constant(method),
    path: fc.tuple(paths(path), queries(is.parameters)).map(([before, query]) => before + query),
    headers: headers(is.parameters),
    body: bodies(document, operation),
    as: fc.oneof(
      { weight: is['x-permission'] === 'session' ? 3 : 30, arbitrary: fc.constant('admin' as const) },
      { weight: 6, arbitrary: fc.constant('owner' as const) },
      { weight: 1, arbitrary: fc.constant('nobody' as const) },
    ),
  });
}

function paths(path: string): fc.Arbitrary<string> {
  const segments = path.split('/').map((part, at, parts) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) return fc.constant(part);
    const words = wordsForPath(name);
    return fc.oneof(
      {
        weight: 15,
        arbitrary: words === undefined ? known(parts[at - 1] ?? 'none') : fc.constantFrom(...words),
      },
      { weight: 1, arbitrary: hostileSegment },
    );
  });
  return fc.tuple(...segments).map((parts) => parts.join('/'));
}

/** What answers have told of, by its place among all of it. */
function known(kind: string): fc.Arbitrary<string> {
  return fc.nat(30).map((at) => ToldWords.place(kind, at));
}

interface DocumentedParameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: { readonly type?: string; readonly enum?: readonly string[]; readonly maximum?: number };
}

function queries(parameters: readonly DocumentedParameter[]): fc.Arbitrary<string> {
  const each = parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, required, schema }) =>
      fc
        .oneof(
          { weight: required ? 1 : 8, arbitrary: fc.constant(undefined) },
          { weight: required ? 12 : 4, arbitrary: queryValue(name, schema) },
          { weight: 1, arbitrary: hostileQuery },
        )
        .map((value) => (value === undefined ? [] : [`${name}=${value}`])),
    );
  return fc.tuple(...each).map((pairs) => {
    const text = pairs.flat().join('&');
    return text === '' ? '' : `?${text}`;
  });
}

function queryValue(name: string, schema: DocumentedParameter['schema']): fc.Arbitrary<string> {
  if (name === 'cursor') return known('cursor');
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.type === 'boolean') return fc.constantFrom('true', 'false');
  if (schema.type === 'integer') return fc.integer({ min: 1, max: schema.maximum ?? 200 }).map(String);
  if (/^(since|until|from|to)$/.test(name))
    return fc.constantFrom('2026-01-01', '2026-06-01T12:00:00Z', '2040-01-01', 'production', 'staging');
  const words = wordsForPath(name) ?? ['a', 'pay', 'flag:google-pay', 'flag', 'admin-token', 'checkout'];
  return fc.constantFrom(...words);
}

function headers(parameters: readonly DocumentedParameter[]): fc.Arbitrary<Readonly<Record<string, string>>> {
  const takes = (name: string) => parameters.some((each) => each.in === 'header' && each.name === name);
  return fc
    .record(
      {
        'if-match': takes('If-Match')
          ? fc.oneof(
              { weight: 8, arbitrary: fc.constant('*') },
              {
                weight: 3,
                arbitrary: fc.constantFrom(
                  '"1"',
                  '"2"',
                  'W/"1"',
                  '1',
                  '"1", "2"',
                  '',
                  ',',
                  '"',
                  'x'.repeat(2_000),
                ),
              },
            )
          : fc.constant('*'),
        'x-confirm': fc.constantFrom('production', 'staging', 'qa', 'PRODUCTION', '', '*', '__proto__'),
        'idempotency-key': fc.oneof(
          fc.nat(40).map((place) => `key-${place}`),
          fc.constantFrom('', ' ', 'two words', 'ü', 'x'.repeat(255), 'x'.repeat(256), '__proto__'),
        ),
        'content-type': fc.constantFrom(
          'application/json',
          'application/json; charset=utf-16',
          'text/plain',
          'multipart/form-data',
          '',
        ),
        'content-encoding': fc.constantFrom('identity', 'gzip', 'br', 'x, y'),
        accept: fc.constantFrom('*/*', 'text/html', 'application/xml;q=0.1', ''),
        'x-forwarded-for': fc.constantFrom('203.0.113.7', 'nonsense', '::1, 10.0.0.1', 'x'.repeat(1_000)),
        'accept-language': fc.constantFrom('de', 'x'.repeat(500)),
      },
      { requiredKeys: [] },
    )
    .chain((all) =>
      // What a request must have it mostly has, and little of the rest.
      fc.infiniteStream(fc.nat(99)).map((dice) => {
        const kept: Record<string, string> = {};
        for (const [name, value] of Object.entries(all)) {
          const chance = shares[name] ?? 8;
          if ((dice.next().value ?? 99) < chance && value !== undefined) kept[name] = value;
        }
        if (takes('If-Match') && kept['if-match'] === undefined && (dice.next().value ?? 0) < 90)
          kept['if-match'] = '*';
        return kept;
      }),
    );
}

/** How often of a hundred times a header is sent at all. */
const shares: Readonly<Record<string, number>> = {
  'if-match': 70,
  'x-confirm': 40,
  'idempotency-key': 15,
  'content-encoding': 2,
  'content-type': 20,
};

function bodies(
  document: OpenApiDocument,
  { path, is }: DocumentedOperation,
): fc.Arbitrary<string | undefined> {
  const schema = is.requestBody?.content['application/json'].schema;
  if (schema === undefined) {
    return fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: hostileBody });
  }
  const valid = schemaArbitrary(document, schema, { about: nounOfPath(path) });
  return fc.oneof(
    { weight: 12, arbitrary: valid.map((value) => JSON.stringify(value)) },
    { weight: 6, arbitrary: nearlyValid(valid) },
    { weight: 2, arbitrary: hostileBody },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

/** A valid value in which one member was left out, replaced or added. */
function nearlyValid(valid: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc
    .tuple(valid, fc.nat(), hostileText, fc.constantFrom('drop', 'replace', 'add'))
    .map(([value, place, text, change]) => {
      const copy = JSON.parse(JSON.stringify(value ?? null));
      const spots = placesIn(copy);
      const spot = spots[place % Math.max(1, spots.length)];
      if (spot === undefined) return text;
      const mark = '"~hostile~"';
      if (change === 'drop') {
        if (Array.isArray(spot.holder)) spot.holder.splice(Number(spot.name), 1);
        else delete spot.holder[spot.name];
      } else if (change === 'replace') spot.holder[spot.name] = '~hostile~';
      else if (Array.isArray(spot.holder)) spot.holder.push('~hostile~');
      else spot.holder.added = '~hostile~';
      // Replaced in the text, since not everything that JSON can write can be held by a value.
      return JSON.stringify(copy).replace(mark, () => text);
    });
}

// biome-ignore lint/suspicious/noExplicitAny: whatever JSON.parse makes.
type Holder = any;

function placesIn(value: unknown): { readonly holder: Holder; readonly name: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [{ holder: value, name }, ...placesIn(member)]);
}
