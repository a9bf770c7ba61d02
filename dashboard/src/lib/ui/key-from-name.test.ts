import { keyPattern } from '@fauna-flags/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyFromName } from './key-from-name.ts';

it('keyFromName() keeps letters and digits and joins them with hyphens', () => {
  expect(keyFromName('Google Pay (new!)')).toBe('google-pay-new');
  expect(keyFromName('  Çà et là — Straße 2 ')).toBe('ca-et-la-strasse-2');
  expect(keyFromName('日本')).toBe('');
});

it('keyFromName() suggests a valid key or nothing, whatever the name is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
      const key = keyFromName(name);
      expect(key === '' || keyPattern.test(key)).toBe(true);
      expect(keyFromName(key)).toBe(key);
    }),
  );
});
