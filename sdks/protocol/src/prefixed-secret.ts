/*
 * The text of the secrets that Fauna makes: a prefix that says what it is, 43 base62 digits (256 random bits) and a
 * checksum of 6 base62 digits, the CRC-32 of everything before it. The prefix lets secret scanners find what has leaked,
 * the checksum lets anyone reject a typo without asking a server.
 */

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const secretLength = 43;
const checksumLength = 6;

/** Writes a new secret out of 32 random bytes, which must come from a cryptographic generator. */
export function formatSecret(prefix: string, random: Uint8Array): string {
  if (random.length !== 32)
    throw new RangeError(`Cannot make a secret of ${random.length} bytes: it takes 32`);
  const body = prefix + base62(bytesToInteger(random), secretLength);
  return body + checksumOf(body);
}

/** The checksum that ends a secret, computed over everything before it. */
export function checksumOf(body: string): string {
  return base62(BigInt(crc32(body)), checksumLength);
}

/** Whether the checksum of a text in our form holds. */
export function holdsChecksum(text: string): boolean {
  return checksumOf(text.slice(0, -checksumLength)) === text.slice(-checksumLength);
}

function bytesToInteger(bytes: Uint8Array): bigint {
  let integer = 0n;
  for (const byte of bytes) integer = (integer << 8n) | BigInt(byte);
  return integer;
}

function base62(integer: bigint, length: number): string {
  let text = '';
  for (let rest = integer; rest > 0n; rest /= 62n) text = digits.charAt(Number(rest % 62n)) + text;
  return text.padStart(length, '0');
}

/** CRC-32 as in zip and PNG (polynomial 0xEDB88320), over the text's code units, which are ASCII here. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let place = 0; place < text.length; place += 1) {
    crc ^= text.charCodeAt(place) & 0xff;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
