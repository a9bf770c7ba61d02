import { type ConditionValue, parseDate } from '@fauna-flags/core';

/**
 * A date of a condition for people: a day stays a day, a moment is told in UTC, which is what evaluation compares. What is
 * no date is shown as it is, so that a mistake can be seen.
 *
 * @example describeDate('2030-01-31T12:00:00Z') // "2030-01-31 12:00 UTC"
 */
export function describeDate(value: ConditionValue): string {
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) return value;
  const ms = parseDate(value);
  if (ms === undefined || Math.abs(ms) > 8.64e15) return String(value);
  const text = new Date(ms).toISOString();
  const [day = '', time = ''] = text.split('T');
  const clock = time
    .replace('Z', '')
    .replace(/\.000$/, '')
    .replace(/^(\d{2}:\d{2}):00$/, '$1');
  return `${day} ${clock} UTC`;
}

/** What a native date-and-time field shows for a value: the same moment in UTC; empty for what is no date. */
export function dateFieldText(value: ConditionValue | undefined): { day: string; time: string } {
  const ms = value === undefined ? undefined : parseDate(value);
  if (ms === undefined || Math.abs(ms) > 8.64e15) return { day: '', time: '' };
  const [day = '', time = ''] = new Date(ms).toISOString().split('T');
  const isDayAlone = typeof value === 'string' && !value.includes('T');
  return { day, time: isDayAlone ? '' : time.slice(0, time.endsWith(':00.000Z') ? 5 : 8) };
}

/** The value that the two fields say: a day alone, or a moment in UTC; undefined while there is no day. */
export function dateOfFields({ day, time }: { day: string; time: string }): string | undefined {
  if (day === '') return undefined;
  const text = time === '' ? day : `${day}T${time}${time.length === 5 ? ':00' : ''}Z`;
  return parseDate(text) === undefined ? undefined : text;
}
