import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base32 } from './base32.ts';
import { isTotpCode, totpCode, totpStep, totpUri } from './totp.ts';

/** The shared secret of the vectors in RFC 4226 and RFC 6238. */
const secret = Buffer.from('12345678901234567890', 'ascii');

describe('totpCode()', () => {
  it('S-33 agrees with the vectors of RFC 4226, appendix D', () => {
    const codes = Array.from({ length: 10 }, (_, count) => totpCode(secret, count));
    expect(codes).toEqual([
      '755224',
      '287082',
      '359152',
      '969429',
      '338314',
      '254676',
      '287922',
      '162583',
      '399871',
      '520489',
    ]);
  });

  it('S-33 agrees with the vectors of RFC 6238, appendix B, in their last six digits', () => {
    const times = [59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000, 20_000_000_000];
    expect(times.map((seconds) => totpCode(secret, Math.floor(seconds / 30)))).toEqual([
      '287082',
      '081804',
      '050471',
      '005924',
      '279037',
      '353130',
    ]);
  });
});

describe('totpStep()', () => {
  const now = new Date(1_234_567_890_000);
  const current = 1_234_567_890 / 30;

  it('finds the steps before, now and after, and no other', () => {
    const found = [-2, -1, 0, 1, 2].map((aside) =>
      totpStep(secret, { code: totpCode(secret, current + aside), now }),
    );
    expect(found).toEqual([undefined, current - 1, current, current + 1, undefined]);
  });

  it('finds nothing for whatever is no code of these three', () => {
    const good = [-1, 0, 1].map((aside) => totpCode(secret, current + aside));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9]{6}$/)), (code) => {
        fc.pre(!good.includes(code));
        expect(totpStep(secret, { code, now })).toBeUndefined();
      }),
    );
  });
});

it('isTotpCode() knows six digits of ASCII', () => {
  expect(['123456', '000000'].map(isTotpCode)).toEqual([true, true]);
  for (const other of ['12345', '1234567', '12345a', '١٢٣٤٥٦', '123 456', ''])
    expect(isTotpCode(other)).toBe(false);
});

it('base32() agrees with the vectors of RFC 4648, without their padding', () => {
  const texts = ['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'];
  expect(texts.map((text) => base32(Buffer.from(text)))).toEqual([
    '',
    'MY',
    'MZXQ',
    'MZXW6',
    'MZXW6YQ',
    'MZXW6YTB',
    'MZXW6YTBOI',
  ]);
});

it('totpUri() says everything that an app must know, in the form of its key addresses', () => {
  expect(totpUri({ secret, issuer: 'Fauna (flags.example.com)', account: 'ada+x@example.com' })).toBe(
    'otpauth://totp/Fauna%20(flags.example.com):ada%2Bx%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Fauna%20%28flags.example.com%29&algorithm=SHA1&digits=6&period=30',
  );
});
