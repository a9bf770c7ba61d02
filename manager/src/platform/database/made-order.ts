import { type AnyColumn, type SQL, sql } from 'drizzle-orm';

/*
 * The order in which things were made: by the millisecond, and by their ids within it. A place in it is the text that the
 * cursor of such a list holds.
 */

const placePattern = /^\d{1,14} [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a text is a place in this order. */
export function isMadePlace(text: string): boolean {
  return placePattern.test(text);
}

/** Where something is in this order. */
export function madePlace({ createdAt, id }: { readonly createdAt: Date; readonly id: string }): string {
  return `${createdAt.getTime()} ${id}`;
}

/** What was made after a place. */
export function madeAfter(
  { createdAt, id }: { readonly createdAt: AnyColumn; readonly id: AnyColumn },
  place: string,
): SQL {
  const [ms = '', uuid = ''] = place.split(' ', 2);
  return sql`(${createdAt}, ${id}) > (${new Date(Number(ms)).toISOString()}::timestamptz, ${uuid}::uuid)`;
}
