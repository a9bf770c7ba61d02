import { type InstallationUser, Problem, type Role } from '@fauna-flags/protocol';
import { eq, inArray } from 'drizzle-orm';
import { memberships, projects, type Queries, users } from '../../platform/database/index.ts';
import { isUuid } from '../../platform/http/index.ts';

/** A user as the database holds them. */
export type UserRow = typeof users.$inferSelect;

/** Users as answers carry them, in their order: one query more, however many they are. */
export async function toUsers(
  queries: Queries,
  rows: readonly UserRow[],
): Promise<readonly InstallationUser[]> {
  const ids = rows.map(({ id }) => id);
  const roles =
    ids.length === 0
      ? []
      : await queries
          .select({ userId: memberships.userId, project: projects.key, role: memberships.role })
          .from(memberships)
          .innerJoin(projects, eq(projects.id, memberships.projectId))
          .where(inArray(memberships.userId, ids));
  const byUser = new Map(ids.map((id) => [id, new Map<string, Role>()]));
  for (const { userId, project, role } of roles) byUser.get(userId)?.set(project, role);
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    email: row.email,
    isOwner: row.isOwner,
    roles: Object.fromEntries(byUser.get(row.id) ?? []),
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }));
}

/** One user as answers carry them. */
export async function toUser(queries: Queries, row: UserRow): Promise<InstallationUser> {
  const [user] = await toUsers(queries, [row]);
  if (user === undefined) throw new Error('One row became no user');
  return user;
}

/** The user with this id; 404 when there is none. In a transaction that changes them, `isLocked` holds their row. */
export async function findUser(
  queries: Queries,
  id: string,
  { isLocked = false }: { readonly isLocked?: boolean } = {},
): Promise<UserRow> {
  const select = queries.select().from(users).where(eq(users.id, id));
  const [row] = isUuid(id) ? await (isLocked ? select.for('update') : select) : [];
  if (row === undefined) throw new Problem('not_found', `Cannot find user "${id}"`);
  return row;
}
