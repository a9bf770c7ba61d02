import { formatSecret, holdsChecksum } from './prefixed-secret.ts';

/** What a secret scanner looks for. */
export const apiTokenPattern = /^fauna_mgr_[0-9A-Za-z]{49}$/;

/** Writes a new API token out of 32 random bytes, which must come from a cryptographic generator. */
export function formatApiToken(random: Uint8Array): string {
  return formatSecret('fauna_mgr_', random);
}

/** Whether a text can be an API token that a manager has made: its form is right, and its checksum holds. */
export function isApiToken(text: string): boolean {
  return apiTokenPattern.test(text) && holdsChecksum(text);
}
