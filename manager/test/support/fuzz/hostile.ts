import fc from 'fast-check';

/** Values that programs stumble over, as JSON text. Some are no JSON at all. */
const texts = [
  '{"__proto__":{"isAdmin":true}}',
  '{"constructor":{"prototype":{"isAdmin":true}}}',
  '{"hasOwnProperty":1,"toString":2,"key":3}',
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\ud800"',
  '"\\udc00 and more"',
  '{"\\u0000":1}',
  '{"\\ud800":1}',
  '1e400',
  '-0',
  '9007199254740993',
  '0.1e-300',
  'null',
  'true',
  '[]',
  '{}',
  '""',
  '" "',
  '"\\n\\r\\t"',
  '"💥"',
  `${'['.repeat(63)}${']'.repeat(63)}`,
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`,
  JSON.stringify('x'.repeat(20_000)),
  JSON.stringify(Array.from({ length: 2_000 }, (_, index) => index)),
  JSON.stringify(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`member-${index}`, index]))),
];

/** Bodies that are not what a body should be. */
const bodies = [
  '',
  ' ',
  '{',
  '{"key":}',
  '"text"',
  '[{}]',
  'undefined',
  "{'key': 'a'}",
  '{"key":"a","key":"b"}',
  '{"key":"a"} trailing',
  '\u{feff}{}',
  'key=a&name=b',
  `${'['.repeat(100_000)}`,
  `{"name":${JSON.stringify('x'.repeat(1_100_000))}}`,
];

/** A value that fits nowhere, as JSON text. */
export const hostileText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...texts) },
  { weight: 2, arbitrary: fc.json({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }).map((text) => JSON.stringify(text)) },
);

/** A whole body that fits nowhere. */
export const hostileBody = fc.oneof(
  { weight: 9, arbitrary: hostileText },
  { weight: 6, arbitrary: fc.constantFrom(...bodies.slice(0, -2)) },
  { weight: 1, arbitrary: fc.constantFrom(...bodies.slice(-2)) },
);

/** What may stand in a path where a key should be, as it is written there. */
export const hostileSegment = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'hasOwnProperty',
    '%00',
    '%0A',
    '%FF',
    '%E0%A4%A',
    '%ED%A0%80',
    '%2F',
    '%2e%2e%2fetc',
    '%F0%9F%92%A5',
    "'%20OR%201=1--",
    '-1',
    '0',
    'NaN',
    '$ref',
    'a'.repeat(64),
    'a'.repeat(65),
    'a'.repeat(3_000),
    '00000000-0000-4000-8000-000000000000',
    '5D0C6A3E-8F41-4B7A-9C58-2F6D1E0B7A00',
  ),
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .map(encodeURIComponent)
    .filter((text) => text !== '.' && text !== '..'),
);

/** What may stand behind a query parameter, as it is written there. */
export const hostileQuery = fc.oneof(
  fc.constantFrom(
    '',
    '%00',
    '%ED%A0%80',
    '%E0%A4%A',
    '%',
    '-1',
    '0',
    '1e3',
    '201',
    '99999999999999999999',
    'NaN',
    'true',
    'TRUE',
    'null',
    '[]',
    '2026-02-30',
    '2026-13-01T00:00:00Z',
    '+275760-09-13T00:00:00Z',
    '0000-01-01',
    '9999-12-31T23:59:59.999Z',
    'bm9uc2Vuc2U',
    'AA',
    'x'.repeat(4_000),
    "'%3B--",
    '%25%5C_',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }).map(encodeURIComponent),
);
