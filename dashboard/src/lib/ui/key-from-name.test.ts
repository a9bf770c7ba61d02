import { keyPattern } from '@fauna-flags/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyFromName } from './key-from-name.ts';

it.each([
  ['Google Pay', 'google-pay'],
  ['  West coast students!  ', 'west-coast-students'],
  ['Größe & Gewicht (neu)', 'grosse-gewicht-neu'],
  ["Ada's test", 'adas-test'],
  ['v2.0', 'v2-0'],
  ['日本', ''],
  ['', ''],
])('keyFromName(%j) is %j', (name, key) => {
  expect(keyFromName(name)).toBe(key);
});

it('keyFromName() suggests nothing that the API would refuse', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (name) => {
      const key = keyFromName(name);
      expect(key === '' || keyPattern.test(key)).toBe(true);
    }),
  );
});
