import { type Invitation, Problem } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import { invitations, type Queries } from '../../platform/database/index.ts';
import { isUuid } from '../../platform/http/index.ts';
import type { ProjectRow } from '../publishing/index.ts';

/** An invitation as the database holds it. */
export type InvitationRow = typeof invitations.$inferSelect;

/** An invitation as answers carry it. */
export function toInvitation(row: InvitationRow): Invitation {
  return {
    id: row.id,
    role: row.role,
    email: row.email,
    invitedBy: row.invitedBy,
    expiresAt: row.expiresAt.toISOString(),
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** The invitation with this id; 404 when there is none. `isLocked` holds its row until the end of the transaction. */
export async function findInvitation(
  queries: Queries,
  project: Pick<ProjectRow, 'id' | 'key'>,
  id: string,
  { isLocked = false }: { readonly isLocked?: boolean } = {},
): Promise<InvitationRow> {
  const select = queries
    .select()
    .from(invitations)
    .where(and(eq(invitations.projectId, project.id), eq(invitations.id, id)));
  const [row] = isUuid(id) ? await (isLocked ? select.for('update') : select) : [];
  if (row === undefined)
    throw new Problem('not_found', `Cannot find invitation "${id}" in project "${project.key}"`);
  return row;
}
