import { type Page, Problem, pageSizes } from '@fauna-flags/protocol';
import type { Context } from 'hono';
import { isStorable, storableMessage } from './inspect-json.ts';

/** What a list request asks for; `after` is where the page before ended. */
export interface ListRequest {
  readonly limit: number;
  readonly after: string | undefined;
  readonly query: string | undefined;
}

/** Reads `limit`, `cursor` and `query`. `isPlace` tells what a cursor of this list can hold. */
export function readListRequest(c: Context, isPlace: (text: string) => boolean): ListRequest {
  const query = readQueryText(c, 'query');
  return {
    limit: readLimit(c.req.query('limit')),
    after: readCursor(c.req.query('cursor'), isPlace),
    query: query === '' ? undefined : query,
  };
}

/** One query parameter as text that can be stored and searched, or `undefined`. */
export function readQueryText(c: Context, name: string): string | undefined {
  const text = c.req.query(name);
  if (text !== undefined && !isStorable(text)) {
    throw new Problem('unprocessable', `Cannot search: "${name}" ${storableMessage}`, {
      errors: [{ path: name, message: storableMessage }],
    });
  }
  return text;
}

/** One page out of rows that were read with one more than `limit`. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  { item, place }: { item: (row: Row) => Item; place: (row: Row) => string },
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const items = shown.map(item);
  return rows.length > limit && last !== undefined
    ? { items, nextCursor: writeCursor(place(last)) }
    : { items };
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return pageSizes.default;
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > pageSizes.max)
    throw badParameter('limit', `must be a whole number from 1 to ${pageSizes.max}`);
  return limit;
}

/** Cursors are opaque on purpose: what they hold may change. */
function writeCursor(place: string): string {
  return Buffer.from(place, 'utf8').toString('base64url');
}

function readCursor(text: string | undefined, isPlace: (text: string) => boolean): string | undefined {
  if (text === undefined) return undefined;
  const place = Buffer.from(text, 'base64url').toString('utf8');
  if (writeCursor(place) !== text || !isPlace(place)) {
    throw badParameter('cursor', 'must be a "nextCursor" of this list');
  }
  return place;
}

/** A 400 about one query parameter. */
export function badParameter(name: string, message: string): Problem {
  return new Problem('invalid', `Cannot accept the request: "${name}" ${message}`, {
    errors: [{ path: name, message }],
  });
}
