import { describe, expect, it } from 'vitest';
import { formatHeldDocuments, parseHeldDocuments } from './held-documents.ts';

const position = { epoch: 1_700_000_000, version: 3, hash8: 'aabbccdd' };

describe('formatHeldDocuments() and parseHeldDocuments()', () => {
  it('go there and back', () => {
    const held = new Map([
      ['keys', position],
      ['0f0e0d0c-0b0a-4908-8706-050403020100', { ...position, version: 9 }],
    ]);
    const text = formatHeldDocuments(held);
    expect(text).toBe(
      'keys=1700000000-3-aabbccdd,0f0e0d0c-0b0a-4908-8706-050403020100=1700000000-9-aabbccdd',
    );
    expect(parseHeldDocuments(text)).toEqual(held);
  });

  it('leave out what does not fit, whole entries only', () => {
    const many = Array.from({ length: 1_000 }, (_, place) => [`document-${place}`, position] as const);
    const text = formatHeldDocuments(many);
    expect(text.length).toBeLessThanOrEqual(8 * 1024);
    expect(parseHeldDocuments(text).size).toBeGreaterThan(200);
    expect(text).toMatch(/=1700000000-3-aabbccdd$/);
  });

  it('take what cannot be read for not held', () => {
    for (const text of [
      null,
      undefined,
      '',
      '=',
      'keys',
      'keys=1-2',
      'keys=1-2-xyz',
      'a/b=1-2-aabbccdd',
      ',,,',
    ])
      expect(parseHeldDocuments(text).size).toBe(0);
    expect([...parseHeldDocuments(' keys=1-2-aabbccdd , nonsense,__proto__=1-2-aabbccdd').keys()]).toEqual([
      'keys',
    ]);
  });
});
