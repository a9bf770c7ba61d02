import { type CreateMember, type Member, type PatchMember, Problem, type Role } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import { memberships, users } from '../../platform/database/index.ts';
import { type Actor, type IfMatch, requireRevision } from '../../platform/http/index.ts';
import { type AsideUnit, type ProjectRow, type WriteDeps, writeAside } from '../publishing/index.ts';
import { findMember, toMember } from './member.ts';

/** Which member is changed, and by whom. */
export interface MemberChange {
  readonly project: string;
  readonly id: string;
  readonly actor: Actor;
  readonly ifMatch: IfMatch;
}

/** Makes somebody who has an account a member. */
export function createMember(
  deps: WriteDeps,
  scope: { readonly project: string; readonly actor: Actor },
  { email, role }: CreateMember,
): Promise<Member> {
  return writeAside(deps, scope, async (unit) => {
    const [user] = await unit.tx
      .select({ id: users.id, name: users.name, email: users.email })
      .from(users)
      .where(eq(users.email, email))
      .for('share');
    if (user === undefined) {
      throw new Problem(
        'unprocessable',
        `Cannot make "${email}" a member of project "${scope.project}": nobody signs in with this e-mail address; invite them`,
        { errors: [{ path: 'email', message: 'must be the e-mail address of a user' }] },
      );
    }
    const member = await insertMember(unit, user, role);
    if (member !== undefined) return member;
    throw new Problem(
      'key_taken',
      `Cannot make "${email}" a member of project "${scope.project}": they are one already`,
    );
  });
}

/** Inserts a membership; `undefined` when there is one already. */
export async function insertMember(
  { tx, at, project, record }: AsideUnit & { readonly project: ProjectRow },
  user: Member['user'],
  role: Role,
): Promise<Member | undefined> {
  const [membership] = await tx
    .insert(memberships)
    .values({ projectId: project.id, userId: user.id, role, createdAt: at, updatedAt: at })
    .onConflictDoNothing()
    .returning();
  if (membership === undefined) return undefined;
  const member = toMember({ membership, user });
  record({ action: 'member.create', entity: { kind: 'member', key: user.email }, after: member });
  return member;
}

/** Changes what a member is; it holds from their next request on. */
export function patchMember(deps: WriteDeps, change: MemberChange, patch: PatchMember): Promise<Member> {
  return writeAside(deps, change, async ({ tx, at, project, record }) => {
    const row = await findMember(tx, project, change.id, { isLocked: true });
    const before = toMember(row);
    requireRevision(change.ifMatch, `change member "${row.user.email}"`, before);
    const { role = before.role } = patch;
    if (role === before.role) return before;
    const set = { role, revision: row.membership.revision + 1, updatedAt: at };
    await tx.update(memberships).set(set).where(isRow(project, row.user.id));
    const after = toMember({ ...row, membership: { ...row.membership, ...set } });
    record({ action: 'member.update', entity: { kind: 'member', key: row.user.email }, before, after });
    return after;
  });
}

/** Takes a member out of the project; their account stays. */
export function deleteMember(deps: WriteDeps, change: MemberChange): Promise<void> {
  return writeAside(deps, change, async ({ tx, project, record }) => {
    const row = await findMember(tx, project, change.id, { isLocked: true });
    const before = toMember(row);
    requireRevision(
      change.ifMatch,
      `take member "${row.user.email}" out of project "${project.key}"`,
      before,
    );
    await tx.delete(memberships).where(isRow(project, row.user.id));
    record({ action: 'member.delete', entity: { kind: 'member', key: row.user.email }, before });
  });
}

function isRow(project: ProjectRow, userId: string) {
  return and(eq(memberships.projectId, project.id), eq(memberships.userId, userId));
}
