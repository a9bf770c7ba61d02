import type { SdkKeyKind } from './key-registry.ts';
import { checksumOf, formatSecret, holdsChecksum } from './prefixed-secret.ts';

/*
 * The text of an SDK key: `fauna_cli_` or `fauna_srv_`, 43 base62 digits (256 random bits) and a checksum of 6 base62
 * digits. Keys of any other form exist too (a first-boot setting may be any visible ASCII text): they carry no checksum
 * and are looked up by their digest alone.
 */

const prefixes: Readonly<Record<SdkKeyKind, string>> = { client: 'fauna_cli_', server: 'fauna_srv_' };

/** What a secret scanner looks for. */
export const sdkKeyPattern = /^fauna_(?:cli|srv)_[0-9A-Za-z]{49}$/;

/**
 * Writes a new key out of 32 random bytes, which must come from a cryptographic generator.
 *
 * @example formatSdkKey('client', randomBytes(32)) // "fauna_cli_…"
 */
export function formatSdkKey(kind: SdkKeyKind, random: Uint8Array): string {
  return formatSecret(prefixes[kind], random);
}

/** The checksum that ends a key, computed over everything before it. */
export const sdkKeyChecksum = checksumOf;

/** Whether a text has the form of our own keys, so that its checksum must hold. */
export function looksLikeSdkKey(text: string): boolean {
  return sdkKeyPattern.test(text);
}

/** Whether a text could be an SDK key at all: false only for one of our form whose checksum does not hold. */
export function isPlausibleSdkKey(text: string): boolean {
  return !looksLikeSdkKey(text) || holdsChecksum(text);
}
