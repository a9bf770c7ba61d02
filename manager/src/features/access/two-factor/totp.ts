import { createHmac, timingSafeEqual } from 'node:crypto';
import { base32 } from './base32.ts';

/*
 * Time-based one-time passwords (RFC 6238) as every authenticator app knows them: SHA-1, six digits, thirty seconds.
 * Apps that know anything else are few, and a weakness of SHA-1 against collisions is none of HMAC.
 */

const digits = 6;
const stepMs = 30_000;
/** Clocks differ, and people are slow: the step before is good, and the one after. */
const stepsAside = 1;

/** What an app and Fauna share: 160 bits, as RFC 4226 advises. */
export const totpSecretBytes = 20;

/** The code of a step, which counts the half minutes since 1970. */
export function totpCode(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = mac.readUInt8(mac.length - 1) & 0x0f;
  const number = (mac.readUInt32BE(offset) & 0x7f_ff_ff_ff) % 10 ** digits;
  return number.toString().padStart(digits, '0');
}

/** Whether a text, without its spaces, is written like a code of an app. */
export function isTotpCode(text: string): boolean {
  return /^[0-9]{6}$/.test(text);
}

/** The step that a code belongs to, if it is a good one now; the latest, should it be of several. */
export function totpStep(
  secret: Uint8Array,
  { code, now }: { readonly code: string; readonly now: Date },
): number | undefined {
  const current = Math.floor(now.getTime() / stepMs);
  const steps = Array.from({ length: 2 * stepsAside + 1 }, (_, index) => current - stepsAside + index);
  // All of them are compared, so that time does not tell which one was near.
  return steps.filter((step) => isSame(totpCode(secret, step), code)).at(-1);
}

/** What a QR code of an app holds. `issuer` is what the app shows above the account. */
export function totpUri({
  secret,
  issuer,
  account,
}: {
  readonly secret: Uint8Array;
  readonly issuer: string;
  readonly account: string;
}): string {
  const query = new URLSearchParams({
    secret: base32(secret),
    issuer,
    algorithm: 'SHA1',
    digits: `${digits}`,
    period: `${stepMs / 1000}`,
  });
  // Apps take a plus for a plus.
  const parameters = query.toString().replaceAll('+', '%20');
  return `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(account)}?${parameters}`;
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
