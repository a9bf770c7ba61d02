import { type AnyColumn, type SQL, sql } from 'drizzle-orm';

/** What a resource is found by. */
export function searchTextOf({ key, name }: { key: string; name?: string | null }): string {
  return `${key}\n${name ?? ''}`.toLowerCase();
}

/** Whether the column's search text holds the query, in any case. `strpos` knows no wildcards to escape. */
export function searchIn(column: AnyColumn, query: string): SQL {
  return sql`strpos(${column}, ${query.toLowerCase()}) > 0`;
}

/** The key's order by code units, the same under every locale of the cluster. */
export function keyOrder(column: AnyColumn): SQL {
  return sql`${column} COLLATE "C"`;
}
