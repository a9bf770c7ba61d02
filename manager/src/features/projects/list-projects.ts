import type { Page, Project } from '@fauna-flags/protocol';
import { and, asc, gt } from 'drizzle-orm';
import { type Database, keyOrder, projects, searchIn } from '../../platform/database/index.ts';
import { type ListRequest, pageOf } from '../../platform/http/index.ts';
import { toProject } from './project.ts';

/** Projects in the order of their keys. */
export async function listProjects(
  database: Database,
  { limit, after, query }: ListRequest,
): Promise<Page<Project>> {
  const rows = await database.read
    .select()
    .from(projects)
    .where(
      and(
        after === undefined ? undefined : gt(keyOrder(projects.key), after),
        query === undefined ? undefined : searchIn(projects.searchText, query),
      ),
    )
    .orderBy(asc(keyOrder(projects.key)))
    .limit(limit + 1);
  return pageOf(rows, limit, { item: toProject, place: ({ key }) => key });
}
