import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKnownSecret } from './known-secret.ts';

describe('S-55 a secret that others know', () => {
  it.each([
    'changeme',
    'Change-Me',
    'please_change_me_before_production_0001',
    'secret',
    's3cr3t',
    'password123',
    'Passw0rd!',
    'fauna',
    'fauna-secret',
    'FAUNA_ADMIN',
    'postgres',
    'admin',
    'letmein',
    '12345678901234567890123456789012',
    'abcabcabcabcabcabcabcabcabcabcabc',
    '00000000000000000000000000000000',
    'your-token',
    'put-your-secret-here',
    '<token>',
    `\${FAUNA_SECRET}`,
    '…',
  ])('is %s', (text) => expect(isKnownSecret(text)).toBe(true));

  it('is none that was made at random', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 24, maxLength: 48 }), (bytes) => {
        // Bytes of few values are what fast-check likes, and no generator of secrets makes.
        fc.pre(new Set(bytes).size > 12);
        for (const encoding of ['hex', 'base64', 'base64url'] as const)
          expect(isKnownSecret(Buffer.from(bytes).toString(encoding))).toBe(false);
      }),
    );
  });
});
