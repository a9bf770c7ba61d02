import type { Page, SdkKey } from '@fauna-flags/protocol';
import { and, asc, eq } from 'drizzle-orm';
import { madeAfter, madePlace, sdkKeys, searchIn } from '../../platform/database/index.ts';
import { type ListRequest, pageOf } from '../../platform/http/index.ts';
import { findEnvironment } from '../environments/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { readKeyUses } from '../usage/index.ts';
import { toSdkKey } from './sdk-key.ts';

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
        cursor === undefined ? undefined : madeAfter(sdkKeys, cursor),
        query === undefined ? undefined : searchIn(sdkKeys.searchText, query),
      ),
    )
    .orderBy(asc(sdkKeys.createdAt), asc(sdkKeys.id))
    .limit(limit + 1);
  const at = now();
  const uses = await readKeyUses(
    database.read,
    rows.map(({ id }) => id),
  );
  return pageOf(rows, limit, {
    item: (row) => ({ ...toSdkKey(row, environment.key, at), ...uses(row.id) }),
    place: madePlace,
  });
}
