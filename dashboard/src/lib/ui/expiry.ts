const dayMs = 86_400_000;

/** When something new ends by itself. */
export const expiryChoices = [
  { value: 'never', label: 'Never' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
  { value: 'day', label: 'On a day…' },
] as const;
export type ExpiryChoice = (typeof expiryChoices)[number]['value'];

/** The moment that a choice means, as the API takes it; a day means that it works until that day begins, in UTC. */
export function expiryOf(choice: ExpiryChoice, day: string, now: number): string | null {
  if (choice === 'never') return null;
  if (choice === 'day') return day === '' ? null : day;
  return new Date(now + Number(choice) * dayMs).toISOString();
}
