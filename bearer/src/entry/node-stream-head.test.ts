import { describe, expect, it } from 'vitest';
import { readStreamHead } from './node-stream-head.ts';

const read = (text: string) => readStreamHead(Buffer.from(text, 'latin1'));
const post = (...lines: string[]) =>
  ['POST /stream/client HTTP/1.1', 'Host: bearer.test', ...lines, '', ''].join('\r\n');
const get = (target: string, ...lines: string[]) =>
  [`GET ${target} HTTP/1.1`, 'Host: bearer.test', ...lines, '', ''].join('\r\n');

describe('readStreamHead()', () => {
  it('reads what SDKs send', () => {
    const text = post('Authorization: Bearer  abc', 'content-length:7', 'Accept: */*  ', 'X-Empty:');
    expect(read(`${text}{"a":1}`)).toEqual({
      method: 'POST',
      url: 'http://bearer.test/stream/client',
      headers: [
        ['host', 'bearer.test'],
        ['authorization', 'Bearer  abc'],
        ['content-length', '7'],
        ['accept', '*/*'],
        ['x-empty', ''],
      ],
      bodyAt: text.length,
      bodyBytes: 7,
    });
  });

  it.each([
    '/stream/server',
    '/stream/client?h=v1.k1.ab-_c%20d&since=1-2-3',
    '/ofrep/v1/stream?h=v1.k1.abc',
    '//stream/server',
  ])('reads GET %s', (target) => {
    expect(read(get(target))).toMatchObject({
      method: 'GET',
      url: `http://bearer.test${target}`,
      bodyBytes: 0,
    });
  });

  it.each(['localhost:3001', '[::1]:3001', 'bearer.test.:80', '127.0.0.1'])('takes the host %s', (host) => {
    expect(read(get('/stream/server').replace('bearer.test', host))).toMatchObject({
      url: `http://${host}/stream/server`,
    });
  });

  const odd: Readonly<Record<string, string>> = {
    'another route': get('/stream'),
    'another method': get('/stream/client').replace('GET', 'PUT'),
    'a method in small letters': get('/stream/client').replace('GET', 'get'),
    'a POST of a route to GET': post().replace('/client', '/server'),
    'a route with more behind it': get('/stream/server/'),
    'an absolute target': get('http://other.test/stream/server'),
    'a fragment': get('/stream/server?a#b'),
    'a blank in the target': get('/stream/server?a b'),
    'a control character in the target': get('/stream/server?a\u0001'),
    'HTTP/1.0': get('/stream/server').replace('1.1', '1.0'),
    'HTTP/2': get('/stream/server').replace('1.1', '2.0'),
    'two blanks in the first line': get('/stream/server').replace(' HTTP', '  HTTP'),
    'an empty line before the first': `\r\n${get('/stream/server')}`,
    'no host': get('/stream/server').replace('Host', 'Hust'),
    'an empty host': get('/stream/server').replace('bearer.test', ''),
    'a host with a path': get('/stream/server').replace('bearer.test', 'bearer.test/a'),
    'a host with a user': get('/stream/server').replace('bearer.test', 'me@bearer.test'),
    'two hosts': get('/stream/server', 'host: other.test'),
    'two content lengths': post('Content-Length: 2', 'Content-Length: 2'),
    'two content lengths in one': post('Content-Length: 2, 2'),
    'a content length with a sign': post('Content-Length: +2'),
    'a content length in hex': post('Content-Length: 0x2'),
    'an empty content length': post('Content-Length:'),
    'a large body': post('Content-Length: 65537'),
    'a GET with a body': get('/stream/server', 'Content-Length: 2'),
    'a body in chunks': post('Transfer-Encoding: chunked'),
    'a transfer encoding and a length': post('Content-Length: 2', 'Transfer-Encoding: chunked'),
    'a transfer encoding with a blank in its name': post('Transfer-Encoding : chunked'),
    'an expectation': post('Content-Length: 2', 'Expect: 100-continue'),
    'an upgrade': get('/stream/server', 'Connection: Upgrade', 'Upgrade: h2c'),
    'a connection header with more words': get('/stream/server', 'Connection: keep-alive, TE'),
    'a folded header': get('/stream/server', 'X-A: b\r\n c'),
    'a header without a colon': get('/stream/server', 'X-A'),
    'a header without a name': get('/stream/server', ': a'),
    'a line break alone in a header': get('/stream/server', 'X-A: b\nContent-Length: 2'),
    'a carriage return alone in a header': get('/stream/server', 'X-A: b\rc'),
    'a NUL': get('/stream/server', 'X-A: b\u0000c'),
    'letters beyond ASCII': get('/stream/server', 'X-A: \u00fc'),
    'line breaks alone': get('/stream/server').replaceAll('\r', ''),
    'half a head': get('/stream/server').slice(0, -2),
    'a head of more than 8 KB': get('/stream/server', `X-A: ${'a'.repeat(8_192)}`),
    nothing: '',
  };
  it.each(Object.entries(odd))('leaves %s to the complete parser', (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  it('reads each character once, also of text that is made to be tried again and again', () => {
    // By an expression that tries each blank as the last one, these would take minutes.
    const text = get('/stream/server', `X-A: ${' '.repeat(8_000)}\u0001`);
    for (let round = 0; round < 1_000; round += 1) expect(read(text)).toBeUndefined();
  });
});
