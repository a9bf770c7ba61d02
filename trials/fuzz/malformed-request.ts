import { SeededRandom } from '../support/seeded-random.ts';
import { malformedBody } from './malformed-body.ts';

/** Keys that exist where the requests are sent, so that they get beyond the door. */
export interface KnownKeys {
  readonly clientKey: string;
  readonly serverKey: string;
}

const paths = [
  '/connect/client',
  '/connect/server',
  '/stream/client',
  '/stream/server',
  '/usage',
  '/ofrep/v1/evaluate/flags',
  '/ofrep/v1/evaluate/flags/google-pay',
  '/ofrep/v1/configuration',
  '/ofrep/v1/stream',
  '/api/bearer/v1/stream',
  '/api/bearer/v1/heartbeat',
  '/healthz',
  '/readyz',
  '/metrics',
  '/',
] as const;

const oddPaths = [
  '*',
  '//',
  '/..',
  '/../../etc/passwd',
  '/connect/%2e%2e/client',
  '/connect/client/',
  '/connect//client',
  '/CONNECT/client',
  '/%',
  '/%zz',
  '/%00',
  '/%c3%28',
  '/ofrep/v1/evaluate/flags/%00',
  '/ofrep/v1/evaluate/flags/__proto__',
  '/ofrep/v1/evaluate/flags/%E0%A4%A',
  '/ofrep/v1/evaluate/flags/a%2fb',
  `/ofrep/v1/evaluate/flags/${'x'.repeat(9_000)}`,
  '/stream/client?h=',
  '/stream/client?h=v1.k1.AAAA',
  `/stream/client?h=v1.k1.${'A'.repeat(6_000)}`,
  '/stream/client?h=v9.__proto__.x',
  '/ofrep/v1/stream?h=v1.k1.%00',
  '/connect/client?since=1-1-00000000',
  '/connect/server?since=9e99-1-zzzzzzzz',
  '/stream/server?since=-1--1-&since=2',
  'http://',
  'http://[::1',
  'http://other.example/connect/client',
  'connect/client',
  '?',
  '#',
  '/\u00ff\u00fe',
  '/ with spaces',
  `/${'a/'.repeat(3_000)}`,
  `/?${'q=1&'.repeat(1_500)}`,
] as const;

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'QUERY'] as const;
const oddMethods = [
  'get',
  'GETT',
  '',
  'CONNECT',
  'PRI',
  'G\u0000T',
  'GET\t',
  'X'.repeat(300),
  'POST POST',
] as const;
const versions = [
  'HTTP/1.0',
  'HTTP/0.9',
  'HTTP/1.2',
  'HTTP/2.0',
  'HTTP/9',
  'HTP/1.1',
  '',
  'HTTP/1.1 x',
] as const;

const oddHeaders = [
  'Host: a\r\nHost: b',
  'Host:',
  'Host: [::1',
  'Host: a b',
  `Host: ${'h'.repeat(3_000)}`,
  'no colon at all',
  ': no name',
  'Na me: x',
  'X-Nul: a\u0000b',
  'X-Bare: a\rb',
  'X-Bell: \u0007',
  'X-Fold: a\r\n folded',
  'X-Eight: \u00ff\u00fe',
  `X-Long: ${'v'.repeat(20_000)}`,
  Array.from({ length: 1_200 }, (_, at) => `X-${at}: 1`).join('\r\n'),
  'Origin: null',
  'Origin: http://[',
  'Origin: javascript:alert(1)',
  `Origin: ${'o'.repeat(5_000)}`,
  'Access-Control-Request-Method: \u007f',
  'If-None-Match: "',
  `If-None-Match: ${'"x",'.repeat(1_500)}`,
  'If-None-Match: *',
  'Last-Event-ID: 0-0-',
  'Last-Event-ID: 99999999999999999999-1-00000000',
  'Last-Event-ID: __proto__',
  'Accept: ;;;,,,',
  'Accept-Encoding: gzip;q=banana',
  'Content-Type: application/json; charset=utf-7',
  'Content-Type: multipart/form-data',
  'Content-Type: \u00e9',
  'Content-Encoding: gzip',
  'Expect: 100-continue',
  'Expect: something',
  'Upgrade: websocket\r\nConnection: Upgrade',
  'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk',
  'Connection: close, keep-alive, x',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunked\r\nContent-Length: 5',
  'Content-Length: -1',
  'Content-Length: 1, 2',
  'Content-Length: 0x10',
  'Content-Length: 99999999999999999999',
  'Content-Length: 1\r\nContent-Length: 2',
  'Content-Length: +5',
  'Content-Length:',
  'Content-Length: 5.0',
  'X-Forwarded-For: 1.2.3.4, \u00e9, ::1',
  `X-Forwarded-For: ${'1.1.1.1,'.repeat(1_000)}`,
  'User-Agent: ktor-client',
  'Range: bytes=0-0,1-1,-1',
  `Cookie: ${'a=b;'.repeat(2_000)}`,
] as const;

const chunkedBodies = [
  'zz\r\nhello\r\n0\r\n\r\n',
  '-5\r\nhello\r\n0\r\n\r\n',
  'FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n',
  '5\r\nhel',
  '5\r\nhelloworld\r\n0\r\n\r\n',
  '5;ext="\r\n\r\nhello\r\n0\r\n\r\n',
  `5;${'e'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`,
  '0\r\nTrailer: x\r\nHost: y\r\n\r\n',
  `0\r\n${'T: t\r\n'.repeat(3_000)}\r\n`,
  '2\r\n{}\r\n0\r\n\r\n',
  '1\r\n{\r\n1\r\n}\r\n0\r\n\r\n',
  '\r\n\r\n',
  '5\nhello\n0\n\n',
] as const;

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
