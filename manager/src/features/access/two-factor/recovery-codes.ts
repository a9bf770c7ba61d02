import { secretDigest } from '../../../platform/secret-digest.ts';
import { base32 } from './base32.ts';

/** So many are given out at once. */
const recoveryCodesMax = 10;
/** 80 random bits, so that a fast digest without a salt is enough: sixteen letters and digits, in groups of four. */
const recoveryCodeBytes = 10;

/** New codes, as they are shown. */
export function makeRecoveryCodes(randomBytes: (size: number) => Uint8Array): readonly string[] {
  return Array.from({ length: recoveryCodesMax }, () => {
    const text = base32(randomBytes(recoveryCodeBytes)).toLowerCase();
    return (text.match(/.{4}/g) ?? []).join('-');
  });
}

/** What is kept of a code, however its letters are typed and grouped. */
export function recoveryDigest(code: string): string {
  const plain = code.toLowerCase().replaceAll(/[^0-9a-z]/g, '');
  return secretDigest(plain);
}
