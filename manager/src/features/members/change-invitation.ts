import { randomUUID } from 'node:crypto';
import {
  type CreatedInvitation,
  type CreateInvitation,
  type Invitation,
  invitationLifetimes,
  type Page,
  type PatchInvitation,
  Problem,
} from '@fauna-flags/protocol';
import { and, asc, count, eq, sql } from 'drizzle-orm';
import { invitations, madeAfter, madePlace, type Queries } from '../../platform/database/index.ts';
import {
  type Actor,
  type ListRequest,
  pageOf,
  requireRevision,
  requireUnchanged,
  unfit,
} from '../../platform/http/index.ts';
import { secretDigest } from '../../platform/secret-digest.ts';
import { findProject } from '../projects/index.ts';
import { type ProjectRow, type WriteDeps, writeAside } from '../publishing/index.ts';
import type { MemberChange } from './change-member.ts';
import { findInvitation, toInvitation } from './invitation.ts';

/** More than anybody looks through. */
const invitationsPerProjectMax = 500;

/** Makes a link that lets whoever opens it become a member. The answer is the one place where its token is ever seen. */
export function createInvitation(
  deps: WriteDeps & { readonly dashboardUrl: string | undefined },
  scope: { readonly project: string; readonly actor: Actor },
  input: CreateInvitation,
): Promise<CreatedInvitation> {
  return writeAside(deps, scope, async ({ tx, at, project, record }) => {
    await requireRoom(tx, project);
    const token = Buffer.from(deps.randomBytes(32)).toString('base64url');
    const expiresAt =
      checkedEnd(input.expiresAt, at) ?? new Date(at.getTime() + invitationLifetimes.defaultMs);
    const [row] = await tx
      .insert(invitations)
      .values({
        id: randomUUID(),
        projectId: project.id,
        role: input.role,
        email: input.email ?? null,
        digest: secretDigest(token),
        invitedBy: scope.actor.name,
        expiresAt,
        createdAt: at,
        updatedAt: at,
      })
      .returning();
    if (row === undefined) throw new Error('An inserted invitation was not returned');
    const invitation = toInvitation(row);
    record({ action: 'invitation.create', entity: { kind: 'invitation', key: row.id }, after: invitation });
    // Behind the `#`, so that the token is in no log of whatever stands between.
    return { ...invitation, token, link: `${deps.dashboardUrl ?? ''}/invitation#${token}` };
  });
}

/** Changes what an open invitation makes of whoever accepts it, or until when. */
export function patchInvitation(
  deps: WriteDeps,
  change: MemberChange,
  patch: PatchInvitation,
): Promise<Invitation> {
  return writeAside(deps, change, async ({ tx, at, project, record }) => {
    const row = await findInvitation(tx, project, change.id, { isLocked: true });
    const before = toInvitation(row);
    requireRevision(change.ifMatch, 'change the invitation', before);
    requireUnchanged(before, patch, ['email']);
    const { role = row.role } = patch;
    const expiresAt = checkedEnd(patch.expiresAt, at) ?? row.expiresAt;
    if (role === row.role && expiresAt.getTime() === row.expiresAt.getTime()) return before;
    const set = { role, expiresAt, revision: row.revision + 1, updatedAt: at };
    await tx.update(invitations).set(set).where(eq(invitations.id, row.id));
    const after = toInvitation({ ...row, ...set });
    record({ action: 'invitation.update', entity: { kind: 'invitation', key: row.id }, before, after });
    return after;
  });
}

/** Takes an invitation back. */
export function deleteInvitation(deps: WriteDeps, change: MemberChange): Promise<void> {
  return writeAside(deps, change, async ({ tx, project, record }) => {
    const row = await findInvitation(tx, project, change.id, { isLocked: true });
    const before = toInvitation(row);
    requireRevision(change.ifMatch, 'take the invitation back', before);
    await tx.delete(invitations).where(eq(invitations.id, row.id));
    record({ action: 'invitation.delete', entity: { kind: 'invitation', key: row.id }, before });
  });
}

/** A project's invitations that nobody has accepted, in the order they were made, those that have run out included. */
export async function listInvitations(
  { database }: Pick<WriteDeps, 'database'>,
  projectKey: string,
  { limit, cursor, query }: ListRequest,
): Promise<Page<Invitation>> {
  const project = await findProject(database.read, projectKey);
  const rows = await database.read
    .select()
    .from(invitations)
    .where(
      and(
        eq(invitations.projectId, project.id),
        cursor === undefined ? undefined : madeAfter(invitations, cursor),
        query === undefined
          ? undefined
          : sql`strpos(coalesce(${invitations.email}, ''), ${query.toLowerCase()}) > 0`,
      ),
    )
    .orderBy(asc(invitations.createdAt), asc(invitations.id))
    .limit(limit + 1);
  return pageOf(rows, limit, { item: toInvitation, place: madePlace });
}

async function requireRoom(tx: Queries, { id, key }: ProjectRow): Promise<void> {
  const [open] = await tx
    .select({ invitations: count() })
    .from(invitations)
    .where(eq(invitations.projectId, id));
  if ((open?.invitations ?? 0) < invitationsPerProjectMax) return;
  throw new Problem(
    'unprocessable',
    `Cannot invite anybody to project "${key}": there are ${invitationsPerProjectMax} invitations; take some back first`,
  );
}

function checkedEnd(expiresAt: string | undefined, at: Date): Date | undefined {
  if (expiresAt === undefined) return undefined;
  const end = new Date(expiresAt);
  if (end > at && end.getTime() - at.getTime() <= invitationLifetimes.maxMs) return end;
  const message = 'must be in the future, and at most 90 days away';
  throw unfit({ what: 'invite anybody', path: 'expiresAt', message });
}
