import { totpCode } from '../../src/features/access/two-factor/totp.ts';

/** An authenticator app that has scanned a QR code: shows the code of a time. */
export function authenticator(uri: string): (at: Date) => string {
  const secret = fromBase32(new URL(uri).searchParams.get('secret') ?? '');
  return (at) => totpCode(secret, Math.floor(at.getTime() / 30_000));
}

function fromBase32(text: string): Uint8Array {
  const bits = [...text].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  return Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2));
}
