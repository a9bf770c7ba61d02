import type { Attribute, Page } from '@fauna-flags/protocol';
import { and, asc, eq, gt } from 'drizzle-orm';
import { attributes, type Database, keyOrder, searchIn } from '../../platform/database/index.ts';
import { type ListRequest, pageOf } from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';
import { toAttribute } from './attribute.ts';

/** A project's attributes in the order of their keys. */
export async function listAttributes(
  database: Database,
  projectKey: string,
  { limit, cursor, query }: ListRequest,
): Promise<Page<Attribute>> {
  const project = await findProject(database.read, projectKey);
  const rows = await database.read
    .select()
    .from(attributes)
    .where(
      and(
        eq(attributes.projectId, project.id),
        cursor === undefined ? undefined : gt(keyOrder(attributes.key), cursor),
        query === undefined ? undefined : searchIn(attributes.searchText, query),
      ),
    )
    .orderBy(asc(keyOrder(attributes.key)))
    .limit(limit + 1);
  return pageOf(rows, limit, { item: (row) => toAttribute(row, project.key), place: ({ key }) => key });
}
