import type { AuditEntry } from '@fauna-flags/protocol';

/** The entries of one day. */
export interface Day {
  readonly label: string;
  readonly entries: readonly AuditEntry[];
}

const dayMs = 24 * 60 * 60 * 1_000;

/** Parts entries into days of the viewer's time zone, in the order in which they come. */
export function groupByDay(entries: readonly AuditEntry[], now: Date): readonly Day[] {
  const days = new Map<string, AuditEntry[]>();
  for (const entry of entries) {
    const label = dayLabel(new Date(entry.at), now);
    days.set(label, [...(days.get(label) ?? []), entry]);
  }
  return [...days].map(([label, list]) => ({ label, entries: list }));
}

function dayLabel(at: Date, now: Date): string {
  if (at.toDateString() === now.toDateString()) return 'Today';
  if (at.toDateString() === new Date(now.getTime() - dayMs).toDateString()) return 'Yesterday';
  return at.toLocaleDateString('en', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
}
