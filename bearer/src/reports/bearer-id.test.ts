import { bearerIdPattern } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { makeBearerId } from './bearer-id.ts';

describe('makeBearerId()', () => {
  it('begins with the name of the machine', () => {
    expect(makeBearerId({ hostName: 'edge-1.fra', random: () => 0.5 })).toBe('edge-1.fra-80000000');
  });

  it('is a name among bearers, whatever the machine is called', () => {
    for (const hostName of ['', '---', 'ü', 'a b/c', '_x', 'x'.repeat(300), '10.0.0.1', '日本'])
      for (const random of [0, 0.001, 0.999_999_999])
        expect(makeBearerId({ hostName, random: () => random })).toMatch(bearerIdPattern);
  });
});
