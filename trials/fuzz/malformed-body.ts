import type { SeededRandom } from '../support/seeded-random.ts';

/** Text that trips over encodings, over lookups by name, or over whoever prints it. */
const oddTexts = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  '',
  ' ',
  '\u0000',
  '\r\nX-Injected: 1\r\n\r\n',
  '\u202e\u200d🦊',
  '\ufeff',
  'İ'.repeat(50),
  '‮'.repeat(20),
  '%00%0d%0a',
  '{{7*7}}',
  '../../etc/passwd',
  'a'.repeat(300),
] as const;

/** A text of JSON that no parser of numbers or structures should see in good faith. */
const oddJson = [
  '',
  'null',
  'true',
  '[]',
  '0',
  '-0',
  '1e999',
  '-1e999',
  '9007199254740993',
  '1'.repeat(400),
  'NaN',
  'undefined',
  '{"context":',
  '{"context":{}}}',
  '{"context":{}} trailing',
  '{"context":{},"context":[]}',
  '{context:{}}',
  "{'context':{}}",
  '{"context":{"key":"a",}}',
  '{"context":{"a":"\\ud800"}}',
  '{"context":{"a":"\\u0000"}}',
  '{"context":{"a":"\\x41"}}',
  '{"__proto__":{"context":{}}}',
  '{"context":{"__proto__":{"student":true}}}',
  '\ufeff{"context":{}}',
  '"context"',
  '{"context":"x"}',
  '{"context":[{}]}',
  '{"context":null}',
  '{"counts":[{"flag":1}]}',
] as const;

/** A body for a route that takes JSON; nearly all of them cannot be taken. */
export function malformedBody(random: SeededRandom): Buffer {
  switch (random.int(0, 7)) {
    case 0:
      return Buffer.from(random.pick(oddJson));
    case 1:
      return nested(random);
    case 2:
      return random.bytes(random.int(0, 2_000));
    case 3: // Not UTF-8: cut in the middle of a character, and bytes that never stand there.
      return Buffer.concat([
        Buffer.from('{"context":{"key":"'),
        Buffer.from([0xc3, 0x28, 0xff, 0xfe, 0xf0, 0x9f]),
        Buffer.from('"}}'),
      ]);
    case 4: // Around the bound of 64 KiB, and far beyond.
      return Buffer.from(
        `{"context":{"key":"${'x'.repeat(random.pick([65_500, 65_536, 66_000, 300_000, 1_100_000]))}"}}`,
      );
    case 5:
      return Buffer.from(JSON.stringify({ context: oddValue(random, 4) }));
    case 6:
      return wide(random);
    default: {
      const whole = Buffer.from(JSON.stringify({ context: { key: 'user-1', state: oddValue(random, 2) } }));
      return whole.subarray(0, random.int(0, whole.length));
    }
  }
}

function nested(random: SeededRandom): Buffer {
  const depth = random.pick([19, 21, 100, 5_000, 20_000]);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ]);
  const closed = random.chance(0.5) ? close.repeat(depth) : '';
  return Buffer.from(`{"context":${open.repeat(depth)}1${closed}}`);
}

function wide(random: SeededRandom): Buffer {
  const count = random.pick([499, 501, 3_000]);
  return Buffer.from(
    random.chance(0.5)
      ? JSON.stringify({
          context: Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, at])),
        })
      : JSON.stringify({ context: { tags: Array.from({ length: count }, (_, at) => at) } }),
  );
}

/** Any JSON value, with names and texts that are odd. */
export function oddValue(random: SeededRandom, depth: number): unknown {
  switch (random.int(0, depth > 0 ? 7 : 4)) {
    case 0:
      return random.pick(oddTexts);
    case 1:
      return random.pick([0, -0, 1e308, -1, 0.1, 2 ** 53, Number.MIN_VALUE]);
    case 2:
      return random.chance(0.5);
    case 3:
      return null;
    case 4:
      return random.bytes(random.int(0, 20)).toString('latin1');
    case 5:
      return Array.from({ length: random.int(0, 5) }, () => oddValue(random, depth - 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.int(0, 5) }, () => [random.pick(oddTexts), oddValue(random, depth - 1)]),
      );
  }
}
