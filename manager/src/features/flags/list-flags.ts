import type { Flag, Page } from '@fauna-flags/protocol';
import { and, asc, eq, gt, isNotNull, isNull, sql } from 'drizzle-orm';
import { type Database, flags, keyOrder, searchIn } from '../../platform/database/index.ts';
import { type ListRequest, pageOf } from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';
import { toFlag } from './flag.ts';

/** Which flags a list holds. */
export interface FlagListRequest extends ListRequest {
  /** Only archived ones, only others, or both when absent. */
  readonly archived: boolean | undefined;
  readonly tag: string | undefined;
}

/** A project's flags in the order of their keys. */
export async function listFlags(
  database: Database,
  projectKey: string,
  { limit, after, query, archived, tag }: FlagListRequest,
): Promise<Page<Flag>> {
  const project = await findProject(database.read, projectKey);
  const rows = await database.read
    .select()
    .from(flags)
    .where(
      and(
        eq(flags.projectId, project.id),
        after === undefined ? undefined : gt(keyOrder(flags.key), after),
        query === undefined ? undefined : searchIn(flags.searchText, query),
        archived === undefined
          ? undefined
          : archived
            ? isNotNull(flags.archivedAt)
            : isNull(flags.archivedAt),
        tag === undefined ? undefined : sql`${flags.tags}::jsonb @> ${JSON.stringify([tag])}::jsonb`,
      ),
    )
    .orderBy(asc(keyOrder(flags.key)))
    .limit(limit + 1);
  return pageOf(rows, limit, { item: (row) => toFlag(row, project.key), place: ({ key }) => key });
}
