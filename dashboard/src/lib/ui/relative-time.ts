const steps = [
  { unit: 'year', ms: 365 * 24 * 3_600_000 },
  { unit: 'month', ms: 30 * 24 * 3_600_000 },
  { unit: 'day', ms: 24 * 3_600_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
] as const;

const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** How long ago a moment was, or how far ahead it is, in the largest unit that fits: "just now", "3 minutes ago", "yesterday". */
export function relativeTime(at: number, now: number): string {
  const away = at - now;
  const step = steps.find(({ ms }) => Math.abs(away) >= ms);
  if (step === undefined) return 'just now';
  // What was made to last a week has a little less the moment after, and is still good for a week to people.
  return format.format(away < 0 ? Math.trunc(away / step.ms) : Math.round(away / step.ms), step.unit);
}
