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

/** When a new key ends by itself. */
export const expiryChoices = [
  { value: 'never', label: 'Never' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
  { value: 'day', label: 'On a day…' },
] as const;
export type ExpiryChoice = (typeof expiryChoices)[number]['value'];

/** The moment that a choice means, as the API takes it; a day means that the key works until it begins, in UTC. */
export function expiryOf(choice: ExpiryChoice, day: string, now: number): string | null {
  if (choice === 'never') return null;
  if (choice === 'day') return day === '' ? null : day;
  return new Date(now + Number(choice) * daySeconds * 1_000).toISOString();
}

/** Whether a key still opens anything. */
export function isWorking({ state }: Pick<SdkKey, 'state'>): boolean {
  return state === 'active' || state === 'grace';
}

/** A key as far as it may be shown: all of a client's, the two ends of a server's. */
export function shownText({ key, prefix, last4 }: Pick<SdkKey, 'key' | 'prefix' | 'last4'>): string {
  return key ?? `${prefix}…${last4}`;
}
