import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyFor, open, seal } from './sealed.ts';

const key = keyFor('the secret of an installation', 'tests');

describe('what is sealed', () => {
  it('is opened with the same key, whatever it says, and looks different every time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const sealed = seal(key, text);
        expect(open(key, sealed)).toBe(text);
        expect(seal(key, text)).not.toEqual(sealed);
        expect(sealed).toHaveLength(Buffer.byteLength(text) + 28);
      }),
    );
  });

  it('is not opened once a single bit of it is another, or a part is missing', () => {
    const sealed = Buffer.from(seal(key, 'a secret'));
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => open(key, changed)).toThrow();
    }
    for (let length = 0; length < sealed.length; length += 1)
      expect(() => open(key, sealed.subarray(0, length))).toThrow();
  });

  it('is opened neither with the key of another purpose nor with that of another secret', () => {
    const sealed = seal(key, 'a secret');
    expect(() => open(keyFor('the secret of an installation', 'other tests'), sealed)).toThrow();
    expect(() => open(keyFor('the secret of another one', 'tests'), sealed)).toThrow();
    expect(open(keyFor('the secret of an installation', 'tests'), sealed)).toBe('a secret');
  });
});
