import type { Environment, Page } from '@fauna-flags/protocol';
import { and, asc, eq, gt } from 'drizzle-orm';
import { type Database, environments, searchIn } from '../../platform/database/index.ts';
import { type ListRequest, pageOf } from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';
import { toEnvironment } from './environment.ts';

/** A project's environments in the order they were made. */
export async function listEnvironments(
  database: Database,
  projectKey: string,
  { limit, cursor, query }: ListRequest,
): Promise<Page<Environment>> {
  const project = await findProject(database.read, projectKey);
  const rows = await database.read
    .select()
    .from(environments)
    .where(
      and(
        eq(environments.projectId, project.id),
        cursor === undefined ? undefined : gt(environments.place, Number(cursor)),
        query === undefined ? undefined : searchIn(environments.searchText, query),
      ),
    )
    .orderBy(asc(environments.place))
    .limit(limit + 1);
  return pageOf(rows, limit, {
    item: (row) => toEnvironment(row, project.key),
    place: ({ place }) => String(place),
  });
}
