import type { Page, SdkKey } from '@fauna-flags/protocol';
import { and, asc, eq, gt } from 'drizzle-orm';
import { type Database, sdkKeys, searchIn } from '../../platform/database/index.ts';
import { type ListRequest, pageOf } from '../../platform/http/index.ts';
import { findEnvironment } from '../environments/index.ts';
import { toSdkKey } from './sdk-key.ts';

/** An environment's SDK keys, revoked ones included. Their ids are random, so the order is steady and means nothing. */
export async function listSdkKeys(
  database: Database,
  where: { project: string; environment: string },
  { limit, after, query }: ListRequest,
): Promise<Page<SdkKey>> {
  const environment = await findEnvironment(database.read, where);
  const rows = await database.read
    .select()
    .from(sdkKeys)
    .where(
      and(
        eq(sdkKeys.environmentId, environment.id),
        after === undefined ? undefined : gt(sdkKeys.id, after),
        query === undefined ? undefined : searchIn(sdkKeys.searchText, query),
      ),
    )
    .orderBy(asc(sdkKeys.id))
    .limit(limit + 1);
  return pageOf(rows, limit, { item: (row) => toSdkKey(row, environment.key), place: ({ id }) => id });
}
