import { type Member, Problem } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import { memberships, type Queries, users } from '../../platform/database/index.ts';
import { isUuid } from '../../platform/http/index.ts';
import type { ProjectRow } from '../publishing/index.ts';

/** A membership with its user, as the database holds them. */
export interface MemberRow {
  readonly membership: typeof memberships.$inferSelect;
  readonly user: { readonly id: string; readonly name: string; readonly email: string };
}

/** What is read of a membership and its user. */
export const memberColumns = {
  membership: memberships,
  user: { id: users.id, name: users.name, email: users.email },
};

/** A member as answers carry it. */
export function toMember({ membership, user }: MemberRow): Member {
  return {
    id: user.id,
    user,
    role: membership.role,
    revision: membership.revision,
    createdAt: membership.createdAt.toISOString(),
    updatedAt: membership.updatedAt.toISOString(),
  };
}

/** The member with this user's id; 404 when there is none. `isLocked` holds their row until the end of the transaction. */
export async function findMember(
  queries: Queries,
  project: Pick<ProjectRow, 'id' | 'key'>,
  id: string,
  { isLocked = false }: { readonly isLocked?: boolean } = {},
): Promise<MemberRow> {
  const select = queries
    .select(memberColumns)
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(and(eq(memberships.projectId, project.id), eq(memberships.userId, id)));
  const [row] = isUuid(id) ? await (isLocked ? select.for('update', { of: memberships }) : select) : [];
  if (row === undefined)
    throw new Problem('not_found', `Cannot find member "${id}" in project "${project.key}"`);
  return row;
}
