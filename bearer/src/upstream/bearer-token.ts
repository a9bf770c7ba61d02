import type { BearerCrypto } from '../crypto.ts';

/**
 * Whether a request carries the token of bearers, as `Authorization: Bearer …`. Digests are compared, digit by digit to
 * the last: neither the time nor the length of the comparison tells anything about the token.
 */
export function bearerTokenCheck(
  expected: string,
  crypto: Pick<BearerCrypto, 'sha256Hex'>,
): (request: Request) => boolean {
  const digestExpected = crypto.sha256Hex(expected);
  return ({ headers }) => {
    const token = /^Bearer +(\S{1,1024}) *$/i.exec(headers.get('authorization') ?? '')?.[1];
    return token !== undefined && isSameDigest(crypto.sha256Hex(token), digestExpected);
  };
}

function isSameDigest(one: string, other: string): boolean {
  let differs = one.length ^ other.length;
  for (let at = 0; at < other.length; at += 1) differs |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return differs === 0;
}
