import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../entry/node-crypto.ts';
import { signClaims } from '../testing/node-sign-claims.ts';
import { readSignedContext, type SignedContextTerms } from './signed-context.ts';

const secret = Buffer.alloc(32, 9).toString('base64url');
const now = 1_700_000_000_000;
const terms: SignedContextTerms = {
  secrets: [
    { kid: 'new', secret: Buffer.alloc(32, 8).toString('base64url') },
    { kid: 'old', secret },
  ],
  environment: 'production',
  now,
  crypto: nodeCrypto,
};
const claims = { ctx: { key: 'ünï-🦊', plan: 'pro' }, env: 'production', exp: now / 1_000 + 60, kid: 'old' };

const sign = (payload: unknown, key = secret) => signClaims(payload, key);

describe('readSignedContext() (S-13)', () => {
  it('gives the context that was signed with any secret of the environment', () => {
    expect(readSignedContext(sign(claims), terms)).toEqual({ context: claims.ctx });
  });

  it('refuses what has expired, lasts longer than a day, or was signed for another environment', () => {
    const refusal = (change: Partial<typeof claims>) =>
      readSignedContext(sign({ ...claims, ...change }), terms);
    expect(refusal({ exp: now / 1_000 })).toEqual({ refused: 'it has expired' });
    expect(refusal({ exp: now / 1_000 + 86_400 + 3_600 })).toEqual({
      refused: 'it is valid for longer than 24 hours',
    });
    expect(refusal({ env: 'staging' })).toEqual({ refused: 'it was signed for another environment' });
  });

  it('says the same of an unknown secret, a wrong signature and claims that are none', () => {
    const other = Buffer.alloc(32, 1).toString('base64url');
    for (const token of [
      sign({ ...claims, kid: 'gone' }),
      sign(claims, other),
      sign({ ...claims, kid: 'new' }),
      sign({ ...claims, ctx: [] }),
      sign({ ...claims, exp: 'never' }),
      sign('no json'),
      `${sign(claims).slice(0, -43)}`,
    ])
      expect(readSignedContext(token, terms)).toEqual({ refused: 'its signature does not hold' });
  });

  it('refuses whatever has another form, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `v1.${text}`),
        ),
        (token) => {
          expect(readSignedContext(token, terms)).toHaveProperty('refused');
        },
      ),
    );
    expect(readSignedContext(`${sign(claims)}.x`, terms)).toEqual({
      refused: 'it does not have the form v1.<payload>.<signature>',
    });
  });

  it('refuses every token of which a single character was changed', () => {
    const token = sign(claims);
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom('A', 'b', '0', '_'), (place, letter) => {
        fc.pre(token[place] !== letter);
        const changed = token.slice(0, place) + letter + token.slice(place + 1);
        // The last character of base64url may hold bits that nobody reads.
        const isSameBytes = Buffer.from(changed.split('.')[2] ?? '', 'base64url').equals(
          Buffer.from(token.split('.')[2] ?? '', 'base64url'),
        );
        fc.pre(!(isSameBytes && changed.split('.')[1] === token.split('.')[1] && changed.startsWith('v1.')));
        expect(readSignedContext(changed, terms)).toHaveProperty('refused');
      }),
    );
  });
});
