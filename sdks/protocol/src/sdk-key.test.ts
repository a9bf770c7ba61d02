import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSdkKey, isPlausibleSdkKey, looksLikeSdkKey, sdkKeyChecksum } from './sdk-key.ts';

describe('formatSdkKey()', () => {
  it('writes the kind, 43 digits and a checksum (S-01)', () => {
    expect(formatSdkKey('client', randomBytes(32))).toMatch(/^fauna_cli_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/);
    expect(formatSdkKey('server', randomBytes(32))).toMatch(/^fauna_srv_[0-9A-Za-z]{49}$/);
  });

  it('writes distinct keys of one length for any random bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (a, b) => {
          const [keyA, keyB] = [formatSdkKey('client', a), formatSdkKey('client', b)];
          expect(keyA).toHaveLength(59);
          expect(keyA === keyB).toBe(Buffer.from(a).equals(Buffer.from(b)));
        },
      ),
    );
    expect(formatSdkKey('client', new Uint8Array(32))).toHaveLength(59);
    expect(formatSdkKey('client', new Uint8Array(32).fill(255))).toHaveLength(59);
  });

  it('refuses fewer than 32 bytes', () => {
    expect(() => formatSdkKey('client', randomBytes(16))).toThrow(RangeError);
  });
});

describe('sdkKeyChecksum()', () => {
  it('is the CRC-32 that zlib computes, in base62', () => {
    const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    const body = 'fauna_cli_something';
    const value = [...sdkKeyChecksum(body)].reduce((sum, digit) => sum * 62 + alphabet.indexOf(digit), 0);
    // zlib.crc32 exists from Node 20.15 on and is the independent judge here.
    expect(value).toBe(crc32(body));
  });
});

describe('isPlausibleSdkKey()', () => {
  it('holds for every key made here and for no key with one digit changed (S-01)', () => {
    const key = formatSdkKey('server', randomBytes(32));
    expect(looksLikeSdkKey(key)).toBe(true);
    expect(isPlausibleSdkKey(key)).toBe(true);
    for (let place = 10; place < key.length; place += 1) {
      const other = key[place] === 'a' ? 'b' : 'a';
      expect(isPlausibleSdkKey(key.slice(0, place) + other + key.slice(place + 1))).toBe(false);
    }
  });

  it('asks no checksum of keys of another form', () => {
    expect(isPlausibleSdkKey('a-key-that-an-operator-chose-for-automation')).toBe(true);
    expect(isPlausibleSdkKey('fauna_cli_short')).toBe(true);
    expect(looksLikeSdkKey('fauna_cli_short')).toBe(false);
  });
});
