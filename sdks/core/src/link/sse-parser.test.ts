import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSseParser, type SseEvent } from './sse-parser.ts';

interface Parsed {
  readonly events: readonly SseEvent[];
  readonly retries: readonly number[];
}

function parse(chunks: readonly Uint8Array[], sizeMax?: number): Parsed {
  const events: SseEvent[] = [];
  const retries: number[] = [];
  const parser = createSseParser({
    onEvent: (event) => events.push(event),
    onRetry: (retryMs) => retries.push(retryMs),
    ...(sizeMax === undefined ? {} : { sizeMax }),
  });
  for (const chunk of chunks) parser.push(chunk);
  return { events, retries };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const parseText = (text: string) => parse([bytes(text)]).events;

/** The standard's algorithm on a whole text, as plainly as it can be written. */
function reference(text: string): Parsed {
  const events: SseEvent[] = [];
  const retries: number[] = [];
  const lines = text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n')
    .split('\n');
  lines.pop();
  let data = '';
  let type = '';
  let id = '';
  for (const line of lines) {
    if (line === '') {
      if (data !== '') events.push({ type: type === '' ? 'message' : type, data: data.slice(0, -1), id });
      data = '';
      type = '';
      continue;
    }
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    const exact = line.includes(':') ? value : '';
    if (field === 'data') data += `${exact}\n`;
    if (field === 'event') type = exact;
    if (field === 'id' && !exact.includes('\0')) id = exact;
    if (field === 'retry' && /^[0-9]+$/.test(exact)) retries.push(Number(exact));
  }
  return { events, retries };
}

const end = fc.constantFrom('\n', '\r', '\r\n');
const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('', '🦊', 'ü', '12', 'a\0b', ' two', '\uFEFF'),
);
const line = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('data', 'event', 'id', 'retry', '', 'other'),
      fc.constantFrom(':', ': ', ''),
      value,
    )
    .map((parts) => parts.join('')),
  fc.constant(''),
  fc.constant(''),
);
const text = fc
  .tuple(fc.constantFrom('', '\uFEFF'), fc.array(fc.tuple(line, end), { maxLength: 25 }), line)
  .map(([bom, lines, last]) => bom + lines.flat().join('') + last);

/** Splits into chunks of the given lengths, taken round and round, in the middle of characters too. */
function split(all: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let start = 0, turn = 0; start < all.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    chunks.push(all.subarray(start, start + length));
    start += length;
  }
  return chunks;
}

describe('createSseParser()', () => {
  it('finds what the standard finds, in any chunking', () => {
    fc.assert(
      fc.property(
        text,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        (source, lengths) => {
          // Through bytes and back: lone surrogates have no bytes of their own.
          const all = bytes(source);
          const expected = reference(new TextDecoder('utf-8', { ignoreBOM: true }).decode(all));
          expect(parse(split(all, lengths))).toEqual(expected);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('joins data lines, keeps the last id and names unnamed events "message"', () => {
    expect(parseText(': hello\nid: 1-2-aabbccdd\nevent: put\ndata: {\ndata:}\n\ndata\n\n')).toEqual([
      { type: 'put', data: '{\n}', id: '1-2-aabbccdd' },
      { type: 'message', data: '', id: '1-2-aabbccdd' },
    ]);
  });

  it('gives an event as soon as its empty line ended with CR, without waiting for a LF', () => {
    expect(parseText('data: now\r\r')).toEqual([{ type: 'message', data: 'now', id: '' }]);
  });

  it('discards an event that the end of the stream cut off', () => {
    expect(parseText('data: whole\n\ndata: half\n')).toEqual([{ type: 'message', data: 'whole', id: '' }]);
  });

  it('refuses an event beyond the bound, as one line, as many lines, and in one chunk or many', () => {
    expect(() => parse(split(bytes('data: '.padEnd(200, 'x')), [7]), 100)).toThrow(RangeError);
    expect(() => parse(split(bytes('data: xxxxxxxx\n'.repeat(30)), [7]), 100)).toThrow(RangeError);
    expect(() => parse([bytes(`data: ${'x'.repeat(200)}\n\n`)], 100)).toThrow(RangeError);
    expect(() => parse([bytes(`:${'x'.repeat(200)}`)], 100)).toThrow(RangeError);
    expect(parse([bytes('data: xxxxxxxx\n\n'.repeat(30))], 100).events).toHaveLength(30);
  });

  it('stays linear when a long event comes byte by byte', () => {
    const all = bytes(`data: ${'x'.repeat(400_000)}\n\n`);
    const started = performance.now();
    expect(parse(split(all, [1])).events[0]?.data).toHaveLength(400_000);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
