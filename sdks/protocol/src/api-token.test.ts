import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiTokenPattern, formatApiToken, isApiToken } from './api-token.ts';
import { formatSdkKey, looksLikeSdkKey } from './sdk-key.ts';

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('formatApiToken()', () => {
  it('writes what is a token and no SDK key, whatever the bytes (S-01)', () => {
    fc.assert(
      fc.property(bytes, (random) => {
        const token = formatApiToken(random);
        expect(token).toMatch(apiTokenPattern);
        expect(isApiToken(token)).toBe(true);
        expect(looksLikeSdkKey(token)).toBe(false);
        expect(isApiToken(formatSdkKey('server', random))).toBe(false);
      }),
    );
  });
});

describe('isApiToken()', () => {
  it('holds for no token with one digit changed (S-01)', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 10, max: 58 }), (random, place) => {
        const token = formatApiToken(random);
        const other = token[place] === 'a' ? 'b' : 'a';
        expect(isApiToken(token.slice(0, place) + other + token.slice(place + 1))).toBe(false);
      }),
    );
  });
});
