import type { SdkKeyKind } from './key-registry.ts';

/*
 * The text of an SDK key: `fauna_cli_` or `fauna_srv_`, 43 base62 digits (256 random bits) and a checksum of 6 base62
 * digits, the CRC-32 of everything before it. The prefix lets secret scanners find a leaked key, the checksum lets
 * anyone reject a typo without asking a server. Keys of any other form exist too (a first-boot setting may be any
 * visible ASCII text): they carry no checksum and are looked up by their digest alone.
 */

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const secretLength = 43;
const checksumLength = 6;
const prefixes: Readonly<Record<SdkKeyKind, string>> = { client: 'fauna_cli_', server: 'fauna_srv_' };

/** What a secret scanner looks for. */
export const sdkKeyPattern = /^fauna_(?:cli|srv)_[0-9A-Za-z]{49}$/;

/**
 * Writes a new key out of 32 random bytes, which must come from a cryptographic generator.
 *
 * @example formatSdkKey('client', randomBytes(32)) // "fauna_cli_…"
 */
export function formatSdkKey(kind: SdkKeyKind, random: Uint8Array): string {
  if (random.length !== 32)
    throw new RangeError(`Cannot make an SDK key of ${random.length} bytes: it takes 32`);
  const body = prefixes[kind] + base62(bytesToInteger(random), secretLength);
  return body + sdkKeyChecksum(body);
}

/** The checksum that ends a key, computed over everything before it. */
export function sdkKeyChecksum(body: string): string {
  return base62(BigInt(crc32(body)), checksumLength);
}

/** Whether a text has the form of our own keys, so that its checksum must hold. */
export function looksLikeSdkKey(text: string): boolean {
  return sdkKeyPattern.test(text);
}

/** Whether a text could be an SDK key at all: false only for one of our form whose checksum does not hold. */
export function isPlausibleSdkKey(text: string): boolean {
  if (!looksLikeSdkKey(text)) return true;
  return sdkKeyChecksum(text.slice(0, -checksumLength)) === text.slice(-checksumLength);
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
