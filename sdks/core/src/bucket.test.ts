import { describe, expect, test } from 'vitest';
import { bucket } from './bucket.ts';
import { murmur3 } from './murmur3.ts';

describe('bucket()', () => {
  test('gives the positions that every implementation must give', () => {
    expect(murmur3('google-pay')).toBe(4042806162);
    expect(murmur3('user-1')).toBe(4171401059);
    expect(bucket('user-1', 'google-pay')).toBe(2198511106);
    expect(bucket('user-2', 'google-pay')).toBe(563133297);
    expect(bucket('ünï-🦊', 'salt-é')).toBe(1344482858);
  });
});
