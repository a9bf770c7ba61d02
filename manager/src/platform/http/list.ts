import type { Page } from '@fauna-flags/protocol';

/** What a list request asks for. */
export interface ListRequest {
  readonly limit: number;
  /** Where the page before ended. */
  readonly cursor: string | undefined;
  readonly query: string | undefined;
}

/** One page out of rows that were read with one more than `limit`. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  { item, place }: { item: (row: Row) => Item; place: (row: Row) => string },
): Page<Item> {
  return pageWith(rows.slice(0, limit), { isMore: rows.length > limit, item, place });
}

/** The same of the rows that it has, where it is known otherwise whether there are more. */
export function pageWith<Row, Item>(
  rows: readonly Row[],
  {
    isMore,
    item,
    place,
  }: { readonly isMore: boolean; item: (row: Row) => Item; place: (row: Row) => string },
): Page<Item> {
  const items = rows.map(item);
  const last = rows.at(-1);
  return isMore && last !== undefined ? { items, nextCursor: writeCursor(place(last)) } : { items };
}

/** Cursors are opaque on purpose: what they hold may change. */
function writeCursor(place: string): string {
  return Buffer.from(place, 'utf8').toString('base64url');
}

/** The place that a cursor holds, or `undefined` when it is none of ours. */
export function readCursor(text: string): string | undefined {
  const place = Buffer.from(text, 'base64url').toString('utf8');
  return writeCursor(place) === text ? place : undefined;
}
