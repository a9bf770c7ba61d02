import { describe, expect, it } from 'vitest';
import { matchesEtag } from './etag.ts';

describe('matchesEtag()', () => {
  it('holds for the tag in every dress that clients and proxies give it', () => {
    for (const header of ['"abc"', 'W/"abc"', 'abc', '"x", "abc"', ' "x" ,W/"abc" ', '"abc-gzip"', '*'])
      expect([header, matchesEtag(header, '"abc"')]).toEqual([header, true]);
  });

  it('holds for nothing else', () => {
    for (const header of [null, '', '"ab"', '"abcd"', 'W/"ABC"', '""', ','])
      expect([header, matchesEtag(header, '"abc"')]).toEqual([header, false]);
  });
});
