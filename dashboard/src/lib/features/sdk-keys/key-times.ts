import type { SdkKey } from '@fauna-flags/protocol';

const daySeconds = 24 * 60 * 60;

/** How long an old key goes on working beside the one in its place. */
export const graceChoices = [
  { value: '0', label: 'Not at all', description: 'Whoever still uses it is cut off at once' },
  { value: String(60 * 60), label: '1 hour' },
  { value: String(daySeconds), label: '1 day' },
  { value: String(7 * daySeconds), label: '7 days' },
  { value: String(30 * daySeconds), label: '30 days' },
] as const;

/** Whether a key still opens anything. */
export function isWorking({ state }: Pick<SdkKey, 'state'>): boolean {
  return state === 'active' || state === 'grace';
}

/** A key as far as it may be shown: all of a client's, the two ends of a server's. */
export function shownText({ key, prefix, last4 }: Pick<SdkKey, 'key' | 'prefix' | 'last4'>): string {
  return key ?? `${prefix}…${last4}`;
}
