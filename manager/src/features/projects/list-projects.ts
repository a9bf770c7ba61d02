import type { Page, Project } from '@fauna-flags/protocol';
import { and, asc, gt, inArray } from 'drizzle-orm';
import { type Database, keyOrder, projects, searchIn } from '../../platform/database/index.ts';
import { type ListRequest, type Principal, pageOf } from '../../platform/http/index.ts';
import { toProject } from './project.ts';

/** The projects that somebody is something in, in the order of their keys. */
export async function listProjects(
  database: Database,
  { ranks }: Pick<Principal, 'ranks'>,
  { limit, cursor, query }: ListRequest,
): Promise<Page<Project>> {
  const rows = await database.read
    .select()
    .from(projects)
    .where(
      and(
        ranks.everywhere === undefined ? inArray(projects.key, [...ranks.inProjects.keys()]) : undefined,
        cursor === undefined ? undefined : gt(keyOrder(projects.key), cursor),
        query === undefined ? undefined : searchIn(projects.searchText, query),
      ),
    )
    .orderBy(asc(keyOrder(projects.key)))
    .limit(limit + 1);
  return pageOf(rows, limit, { item: toProject, place: ({ key }) => key });
}
