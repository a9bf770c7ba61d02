const shape =
  /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{3}))?)?(?:Z|([+-])(\d{2}):(\d{2}))?)?$/;

/**
 * Reads a date as epoch milliseconds: a number is that already, a text is `YYYY-MM-DD[Thh:mm[:ss[.fff]][Z|±hh:mm]]`,
 * UTC where it names no zone. Undefined for anything else, and for days that no calendar has.
 *
 * Not Date.parse: it takes what each engine likes, reads a time without a zone as local, and turns 30 February into
 * 2 March.
 */
export function parseDate(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const parts = shape.exec(value);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millisecond = 0] = parts
    .slice(1, 8)
    .map((part) => Number(part ?? 0));
  const zoneSign = parts[8] === '-' ? -1 : 1;
  const zoneHour = Number(parts[9] ?? 0);
  const zoneMinute = Number(parts[10] ?? 0);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59 || zoneHour > 23 || zoneMinute > 59) return undefined;
  const minutes = (dayNumber(year, month, day) * 24 + hour) * 60 + minute;
  return (minutes - zoneSign * (zoneHour * 60 + zoneMinute)) * 60_000 + second * 1_000 + millisecond;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01 in the Gregorian calendar, which is taken to reach back for ever. */
function dayNumber(year: number, month: number, day: number): number {
  // A year that begins in March has its leap day at the end, where it disturbs no other month.
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = (month + 9) % 12;
  const dayOfYear = Math.floor((153 * marchMonth + 2) / 5) + day - 1;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  const daysBefore1970 = 719_468;
  return marchYear * 365 + leapDays + dayOfYear - daysBefore1970;
}
