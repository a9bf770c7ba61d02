import type { Member, Page } from '@fauna-flags/protocol';
import { and, asc, eq } from 'drizzle-orm';
import { type Database, keyOrder, memberships, users } from '../../platform/database/index.ts';
import { type ListRequest, pageOf } from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';
import { afterPerson, personHolds } from '../users/index.ts';
import { memberColumns, toMember } from './member.ts';

/** A project's members, in the order of their e-mail addresses. */
export async function listMembers(
  database: Database,
  projectKey: string,
  { limit, cursor, query }: ListRequest,
): Promise<Page<Member>> {
  const project = await findProject(database.read, projectKey);
  const rows = await database.read
    .select(memberColumns)
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(
      and(
        eq(memberships.projectId, project.id),
        cursor === undefined ? undefined : afterPerson(cursor),
        query === undefined ? undefined : personHolds(query),
      ),
    )
    .orderBy(asc(keyOrder(users.email)))
    .limit(limit + 1);
  return pageOf(rows, limit, { item: toMember, place: ({ user }) => user.email });
}
