import type { Audience, Page } from '@fauna-flags/protocol';
import { and, asc, eq, gt } from 'drizzle-orm';
import { audiences, type Database, keyOrder, searchIn } from '../../platform/database/index.ts';
import { type ListRequest, pageOf } from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';
import { toAudience } from './audience.ts';

/** A project's audiences in the order of their keys. */
export async function listAudiences(
  database: Database,
  projectKey: string,
  { limit, cursor, query }: ListRequest,
): Promise<Page<Audience>> {
  const project = await findProject(database.read, projectKey);
  const rows = await database.read
    .select()
    .from(audiences)
    .where(
      and(
        eq(audiences.projectId, project.id),
        cursor === undefined ? undefined : gt(keyOrder(audiences.key), cursor),
        query === undefined ? undefined : searchIn(audiences.searchText, query),
      ),
    )
    .orderBy(asc(keyOrder(audiences.key)))
    .limit(limit + 1);
  return pageOf(rows, limit, { item: (row) => toAudience(row, project.key), place: ({ key }) => key });
}
