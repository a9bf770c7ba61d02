import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../entry/node-crypto.ts';
import { openHandle, sealHandle } from './handle.ts';
import { KeyRing } from './key-ring.ts';

const secret = (byte: number) => Buffer.alloc(32, byte).toString('base64url');
const ringOf = (...handleKeys: { kid: string; secret: string }[]) =>
  new KeyRing([], { handleKeys, contextSecrets: {} });
const ring = ringOf({ kid: 'k1', secret: secret(1) });
const content = { environmentId: 'env', keyId: 'key', context: { key: 'ünï-🦊', list: [1, 'a'] } };

describe('sealHandle()', () => {
  it('writes what openHandle() reads, and nothing that can be read without the secret', () => {
    const handle = sealHandle(content, ring, nodeCrypto) ?? '';
    expect(openHandle(handle, ring, nodeCrypto)).toEqual(content);
    expect(Buffer.from(handle.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain('env');
    expect(openHandle(handle, ringOf({ kid: 'k1', secret: secret(2) }), nodeCrypto)).toBeUndefined();
  });

  it('writes the same handle for the same context, whatever the order of its members, and another for another', () => {
    const again = { ...content, context: { list: [1, 'a'], key: 'ünï-🦊' } };
    expect(sealHandle(again, ring, nodeCrypto)).toBe(sealHandle(content, ring, nodeCrypto));
    const nonceOf = (handle: string | undefined) => handle?.split('.')[2]?.slice(0, 16);
    const other = sealHandle({ ...content, keyId: 'other' }, ring, nodeCrypto);
    expect(nonceOf(other)).not.toBe(nonceOf(sealHandle(content, ring, nodeCrypto)));
  });

  it('seals with the first secret, and every secret of the registry opens', () => {
    const handle = sealHandle(content, ring, nodeCrypto) ?? '';
    const rotated = ringOf({ kid: 'k2', secret: secret(2) }, { kid: 'k1', secret: secret(1) });
    expect(openHandle(handle, rotated, nodeCrypto)).toEqual(content);
    expect(sealHandle(content, rotated, nodeCrypto)).toMatch(/^v1\.k2\./);
    expect(sealHandle(content, ringOf(), nodeCrypto)).toBeUndefined();
  });
});

describe('openHandle()', () => {
  it('reads nothing that was changed in any place', () => {
    const handle = sealHandle(content, ring, nodeCrypto) ?? '';
    for (let place = 0; place < handle.length; place += 1) {
      const changed = handle.slice(0, place) + (handle[place] === 'A' ? 'B' : 'A') + handle.slice(place + 1);
      // The last digit of base64 may carry bits that mean nothing.
      const read = openHandle(changed, ring, nodeCrypto);
      if (place < handle.length - 1) expect(read).toBeUndefined();
    }
  });

  it('reads nothing that is no handle', () => {
    for (const text of [
      '',
      'v1',
      'v1.k1',
      'v1.k1.',
      'v1.k1.AAAA',
      'v1.k1.%%%',
      'v2.k1.AAAA',
      `v1.k1.${'A'.repeat(9_000)}`,
      'v1.k1.A.B',
    ])
      expect(openHandle(text, ring, nodeCrypto)).toBeUndefined();
  });
});
