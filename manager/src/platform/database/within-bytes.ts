import { type SQL, sql } from 'drizzle-orm';
import { auditEntries } from './schema/index.ts';

/**
 * Picks of these entries of the audit trail the first ones, in this order, whose documents are together no more than so many
 * bytes of JSON: always one, however heavy. The database weighs one after another and no more than it takes, so that whoever
 * reads them needs the memory of that many bytes, or of one entry.
 */
export function withinBytes(ids: readonly (number | string)[], bytesMax: number): SQL {
  const weighed = (place: SQL) => sql`
    SELECT coalesce(octet_length(before::text), 0) + coalesce(octet_length(after::text), 0) AS bytes
    FROM audit_entries AS weighed WHERE weighed.id = list.ids[${place}]`;
  return sql`${auditEntries.id} IN (
    WITH RECURSIVE list AS (SELECT ${`{${ids.join(',')}}`}::bigint[] AS ids),
    page (place, id, bytes) AS (
      SELECT 1, list.ids[1], first.bytes::bigint FROM list CROSS JOIN LATERAL (${weighed(sql`1`)}) AS first
      UNION ALL
      SELECT page.place + 1, list.ids[page.place + 1], page.bytes + next.bytes
      FROM page CROSS JOIN list CROSS JOIN LATERAL (${weighed(sql`page.place + 1`)}) AS next
      WHERE page.bytes < ${bytesMax}
    )
    SELECT id FROM page WHERE place = 1 OR bytes <= ${bytesMax}
  )`;
}
