import { SeededRandom } from '../support/seeded-random.ts';
import { malformedBody } from './malformed-body.ts';
import {
  chunkedBodies,
  methods,
  oddHeaders,
  oddMethods,
  oddPaths,
  paths,
  versions,
} from './malformed-parts.ts';

/** Keys that exist where the requests are sent, so that they get beyond the door. */
export interface KnownKeys {
  readonly clientKey: string;
  readonly serverKey: string;
}

/** What one connection carries, and how it is left. */
export interface Garbage {
  readonly bytes: Buffer;
  /** The request never becomes whole. */
  readonly isCut: boolean;
  /** Whoever sent it leaves by a reset. */
  readonly isReset: boolean;
}

/** What is sent on connection number `at` of a seed: always the same. */
export function garbageOf({ seed, at, keys }: { seed: number; at: number; keys: KnownKeys }): Garbage {
  const random = new SeededRandom(Math.imul(seed, 0x9e3779b1) ^ at);
  const isReset = random.chance(0.3);
  if (!random.chance(0.1)) return { bytes: malformedRequest(random, keys), isCut: false, isReset };
  const whole = random.chance(0.5) ? goodRequest(random, keys) : malformedRequest(random, keys);
  return { bytes: whole.subarray(0, random.int(1, Math.max(1, whole.length - 1))), isCut: true, isReset };
}

/** Bytes for one connection, nearly always no good request. The same chance gives the same bytes. */
function malformedRequest(random: SeededRandom, keys: KnownKeys): Buffer {
  switch (random.int(0, 8)) {
    case 0:
      return random.bytes(random.int(1, 400));
    case 1:
      return mutated(random, goodRequest(random, keys));
    case 2: // Several behind each other, of which one is garbage.
      return Buffer.concat([
        goodRequest(random, keys),
        random.chance(0.5) ? random.bytes(random.int(1, 60)) : mutated(random, goodRequest(random, keys)),
        goodRequest(random, keys),
      ]);
    case 3:
      return chunked(random, keys);
    case 4:
      return wrongLength(random, keys);
    case 5:
      return assemble({ random, keys, headers: [random.pick(oddHeaders), random.pick(oddHeaders)] });
    case 6:
      return assemble({ random, keys, line: oddLine(random) });
    default:
      return assemble({ random, keys, body: malformedBody(random) });
  }
}

function oddLine(random: SeededRandom): string {
  const method = random.chance(0.6) ? random.pick(methods) : random.pick(oddMethods);
  const path = random.chance(0.8) ? random.pick(oddPaths) : random.pick(paths);
  return `${method} ${path} ${random.chance(0.7) ? 'HTTP/1.1' : random.pick(versions)}`;
}

function goodRequest(random: SeededRandom, keys: KnownKeys): Buffer {
  return assemble({
    random,
    keys,
    line: `POST ${random.pick(['/connect/client', '/usage', '/ofrep/v1/evaluate/flags', '/ofrep/v1/evaluate/flags/google-pay'])} HTTP/1.1`,
    body: Buffer.from('{"context":{"key":"user-1","targetingKey":"user-1"}}'),
    isKeyed: true,
  });
}

function assemble({
  random,
  keys,
  line = `${random.pick(methods)} ${random.pick(paths)} HTTP/1.1`,
  headers = [],
  body,
  isKeyed = random.chance(0.7),
}: {
  readonly random: SeededRandom;
  readonly keys: KnownKeys;
  readonly line?: string;
  readonly headers?: readonly string[];
  readonly body?: Buffer;
  readonly isKeyed?: boolean;
}): Buffer {
  const authorization = isKeyed
    ? `Bearer ${random.chance(0.7) ? keys.clientKey : keys.serverKey}`
    : random.pick([
        '',
        'Bearer',
        'Bearer  ',
        'Basic Og==',
        `Bearer ${'k'.repeat(9_000)}`,
        'Bearer __proto__',
        '\u00e9',
      ]);
  const lines = [
    line,
    'Host: localhost',
    `Authorization: ${authorization}`,
    ...(body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${body.length}`]),
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)]);
}

function chunked(random: SeededRandom, keys: KnownKeys): Buffer {
  return Buffer.concat([
    assemble({
      random,
      keys,
      line: 'POST /connect/client HTTP/1.1',
      headers: ['Transfer-Encoding: chunked'],
      isKeyed: true,
    }),
    Buffer.from(random.pick(chunkedBodies)),
  ]);
}

/** A length that is not the body's: the rest is missing, or is taken for the next request. */
function wrongLength(random: SeededRandom, keys: KnownKeys): Buffer {
  const body = random.chance(0.5) ? Buffer.from('{"context":{}}') : malformedBody(random);
  const length = Math.max(0, body.length + random.pick([-10, -1, 1, 10, 70_000, 5_000_000]));
  return Buffer.concat([
    assemble({
      random,
      keys,
      line: `POST ${random.pick(paths)} HTTP/1.1`,
      headers: ['Content-Type: application/json', `Content-Length: ${length}`],
      isKeyed: true,
    }),
    body,
  ]);
}

/** A few bytes turned, put in, taken out or said twice. */
function mutated(random: SeededRandom, whole: Buffer): Buffer {
  let bytes = whole;
  for (let left = random.int(1, 6); left > 0; left -= 1) {
    const at = random.int(0, bytes.length);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    switch (random.int(0, 3)) {
      case 0:
        bytes = Buffer.concat([before, random.bytes(1), after.subarray(1)]);
        break;
      case 1:
        bytes = Buffer.concat([before, random.bytes(random.int(1, 8)), after]);
        break;
      case 2:
        bytes = Buffer.concat([before, after.subarray(random.int(1, 8))]);
        break;
      default:
        bytes = Buffer.concat([before, after.subarray(0, 40), after]);
    }
  }
  return bytes;
}
