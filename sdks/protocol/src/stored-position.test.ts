import { describe, expect, it } from 'vitest';
import { compareStored, formatStoredPosition, parseStoredPosition } from './stored-position.ts';

const hash = 'a'.repeat(64);

describe('parseStoredPosition()', () => {
  it('reads what formatStoredPosition() writes', () => {
    const position = { epoch: 1_700_000_000, version: 12, hash };
    expect(parseStoredPosition(formatStoredPosition(position))).toEqual(position);
  });

  it('reads nothing else', () => {
    for (const text of [undefined, null, '', '1-2', `1-2-${hash}0`, `1-2-${hash.slice(1)}`, `-1-2-${hash}`])
      expect(parseStoredPosition(text)).toBeUndefined();
  });
});

describe('compareStored()', () => {
  it('orders by epoch, then by version, and tells histories apart by the hash', () => {
    const at = (epoch: number, version: number, digit = 'a') => ({ epoch, version, hash: digit.repeat(64) });
    expect(compareStored(at(1, 9), at(2, 1))).toBe('older');
    expect(compareStored(at(2, 1), at(1, 9))).toBe('newer');
    expect(compareStored(at(1, 2), at(1, 3))).toBe('older');
    expect(compareStored(at(1, 2), at(1, 2))).toBe('same');
    expect(compareStored(at(1, 2), at(1, 2, 'b'))).toBe('fork');
  });
});
