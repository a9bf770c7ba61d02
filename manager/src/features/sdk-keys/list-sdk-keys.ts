import type { Page, SdkKey } from '@fauna-flags/protocol';
import { and, asc, eq, type SQL, sql } from 'drizzle-orm';
import { sdkKeys, searchIn } from '../../platform/database/index.ts';
import { isUuid, type ListRequest, pageOf } from '../../platform/http/index.ts';
import { findEnvironment } from '../environments/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { toSdkKey } from './sdk-key.ts';

/** Whether a text is the place of a key in this list: when it was made, and its id for keys of the same millisecond. */
export function isSdkKeyPlace(text: string): boolean {
  const [ms = '', id = ''] = text.split(' ', 2);
  return /^\d{1,14}$/.test(ms) && isUuid(id) && text === `${ms} ${id}`;
}

/** An environment's SDK keys in the order they were made, revoked ones included. */
export async function listSdkKeys(
  { database, now }: Pick<WriteDeps, 'database' | 'now'>,
  where: { project: string; environment: string },
  { limit, cursor, query }: ListRequest,
): Promise<Page<SdkKey>> {
  const environment = await findEnvironment(database.read, where);
  const rows = await database.read
    .select()
    .from(sdkKeys)
    .where(
      and(
        eq(sdkKeys.environmentId, environment.id),
        cursor === undefined ? undefined : isAfter(cursor),
        query === undefined ? undefined : searchIn(sdkKeys.searchText, query),
      ),
    )
    .orderBy(asc(sdkKeys.createdAt), asc(sdkKeys.id))
    .limit(limit + 1);
  const at = now();
  return pageOf(rows, limit, {
    item: (row) => toSdkKey(row, environment.key, at),
    place: ({ createdAt, id }) => `${createdAt.getTime()} ${id}`,
  });
}

function isAfter(place: string): SQL {
  const [ms = '', id = ''] = place.split(' ', 2);
  return sql`(${sdkKeys.createdAt}, ${sdkKeys.id}) > (${new Date(Number(ms)).toISOString()}::timestamptz, ${id}::uuid)`;
}
