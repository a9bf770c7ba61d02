import { describe, expect, it } from 'vitest';
import { signContext } from './sign-context.ts';

const secret = { kid: 's1', secret: Buffer.alloc(32, 1).toString('base64url') };
const options = { context: { key: 'ada' }, environment: 'production', secret, now: 1_700_000_000_000 };

describe('signContext()', () => {
  it('writes claims that anyone can read, an end to them, and a signature', () => {
    const [version, payload = '', mac = ''] = signContext(options).split('.');
    expect(version).toBe('v1');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual({
      ctx: { key: 'ada' },
      env: 'production',
      exp: 1_700_003_600,
      kid: 's1',
    });
    expect(Buffer.from(mac, 'base64url')).toHaveLength(32);
  });

  it('refuses a life and a secret that no bearer takes', () => {
    for (const expiresInSeconds of [0, -1, 86_401, Number.NaN])
      expect(() => signContext({ ...options, expiresInSeconds })).toThrow(RangeError);
    expect(() => signContext({ ...options, secret: { kid: 's1', secret: 'c2hvcnQ' } })).toThrow(RangeError);
  });
});
