import {
  type AcceptInvitation,
  lesserRank,
  type Member,
  mayDo,
  type OfferedInvitation,
  Problem,
  type Role,
  type User,
} from '@fauna-flags/protocol';
import { and, eq, gt } from 'drizzle-orm';
import { invitations, memberships, projects, type Queries, users } from '../../platform/database/index.ts';
import { type Actor, adminTokenName, unfit } from '../../platform/http/index.ts';
import { secretDigest } from '../../platform/secret-digest.ts';
import { type AsideUnit, type ProjectRow, type WriteDeps, writeAside } from '../publishing/index.ts';
import { insertMember } from './change-member.ts';
import { type InvitationRow, toInvitation } from './invitation.ts';
import { findMember, toMember } from './member.ts';

/** How an account is made for who has none. */
export interface AccountMaker {
  /** Makes the rows of a user who signs in by a password, which comes hashed. */
  insertUser(
    tx: Queries,
    at: Date,
    user: {
      readonly name: string;
      readonly email: string;
      readonly passwordHash: string;
      readonly emailVerified: boolean;
    },
  ): Promise<User>;
  /** Hashes a password that somebody chooses, or refuses it. */
  hashNewPassword(password: string): Promise<string>;
}

/** What whoever has the link is told about what it offers. */
export async function readInvitation(
  { database, now }: Pick<WriteDeps, 'database' | 'now'>,
  token: string,
): Promise<OfferedInvitation> {
  const { invitation, project } = await openInvitation(database.read, token, now());
  const { role, email, invitedBy, expiresAt } = toInvitation(invitation);
  return { project: { key: project.key, name: project.name }, role, email, invitedBy, expiresAt };
}

/** Makes an account and a member of who has the link and no account yet. The link is used up. */
export async function acceptInvitation(
  deps: WriteDeps & { readonly accounts: AccountMaker },
  { token, name, email: given, password }: AcceptInvitation,
  address: string,
): Promise<User> {
  const { database, now, accounts } = deps;
  const { invitation, project } = await openInvitation(database.read, token, now());
  const email = addressOf(invitation, given);
  const passwordHash = await accounts.hashNewPassword(password);
  const actor = { name: email, address };
  return writeAside(deps, { project: project.key, actor }, async (unit) => {
    const { role } = await useUp(unit, token);
    // An address that the invitation names is believed; one that its holder names is not, until a provider vouches for it.
    const emailVerified = invitation.email !== null;
    const user = await accounts.insertUser(unit.tx, unit.at, { name, email, passwordHash, emailVerified });
    unit.record({ action: 'user.create', entity: { kind: 'user', key: email }, after: user });
    await insertMember(unit, user, role);
    return user;
  });
}

/** Makes whoever is signed in a member. Who is one already becomes what the link says only where that is more. */
export async function joinByInvitation(
  deps: WriteDeps,
  token: string,
  { user, actor }: { readonly user: User; readonly actor: Actor },
): Promise<Member> {
  const { invitation, project } = await openInvitation(deps.database.read, token, deps.now());
  if (invitation.email !== null && invitation.email !== user.email) {
    throw new Problem(
      'forbidden',
      `Cannot join project "${project.key}": the invitation is for ${invitation.email}, and you are signed in as ${user.email}`,
    );
  }
  return writeAside(deps, { project: project.key, actor }, async (unit) => {
    const { role } = await useUp(unit, token);
    await requireUser(unit.tx, user);
    return (await insertMember(unit, user, role)) ?? raise(unit, user, role);
  });
}

async function raise(
  { tx, at, project, record }: AsideUnit & { readonly project: ProjectRow },
  user: User,
  role: Role,
): Promise<Member> {
  const row = await findMember(tx, project, user.id, { isLocked: true });
  const before = toMember(row);
  if (lesserRank(before.role, role) === role) return before;
  const set = { role, revision: row.membership.revision + 1, updatedAt: at };
  await tx
    .update(memberships)
    .set(set)
    .where(and(eq(memberships.projectId, project.id), eq(memberships.userId, user.id)));
  const after = toMember({ ...row, membership: { ...row.membership, ...set } });
  record({ action: 'member.update', entity: { kind: 'member', key: user.email }, before, after });
  return after;
}

/** Takes the invitation away, and answers it; of two who open one link at once, the second finds none. */
async function useUp(
  { tx, at, project, record }: AsideUnit & { readonly project: ProjectRow },
  token: string,
): Promise<InvitationRow> {
  const [row] = await tx
    .delete(invitations)
    .where(and(eq(invitations.digest, secretDigest(token)), gt(invitations.expiresAt, at)))
    .returning();
  if (row === undefined) throw noInvitation();
  await requireInviter(tx, row, project);
  record({
    action: 'invitation.accept',
    entity: { kind: 'invitation', key: row.id },
    before: toInvitation(row),
  });
  return row;
}

/** An invitation is good as long as who made it may invite: nobody who was put out comes back by a link of their own. */
async function requireInviter(
  queries: Queries,
  { invitedBy }: InvitationRow,
  project: Pick<ProjectRow, 'id'>,
): Promise<void> {
  if (invitedBy === adminTokenName) return;
  const [inviter] = await queries
    .select({ isOwner: users.isOwner, role: memberships.role })
    .from(users)
    .leftJoin(memberships, and(eq(memberships.userId, users.id), eq(memberships.projectId, project.id)))
    .where(eq(users.email, invitedBy));
  const rank = inviter?.isOwner === true ? 'owner' : (inviter?.role ?? undefined);
  if (!mayDo(rank, 'member.write')) throw noInvitation();
}

async function openInvitation(
  queries: Queries,
  token: string,
  at: Date,
): Promise<{ readonly invitation: InvitationRow; readonly project: ProjectRow }> {
  const [row] = await queries
    .select({ invitation: invitations, project: projects })
    .from(invitations)
    .innerJoin(projects, eq(projects.id, invitations.projectId))
    .where(and(eq(invitations.digest, secretDigest(token)), gt(invitations.expiresAt, at)));
  if (row === undefined) throw noInvitation();
  await requireInviter(queries, row.invitation, row.project);
  return row;
}

function addressOf(invitation: InvitationRow, given: string | undefined): string {
  const email = invitation.email ?? given;
  const isOther = invitation.email !== null && given !== undefined && given !== invitation.email;
  if (email !== undefined && !isOther) return email;
  const message =
    email === undefined
      ? 'is required: the invitation is for whoever has the link'
      : `must be "${invitation.email}"`;
  throw unfit({ what: 'accept the invitation', path: 'email', message });
}

/** Holds the row of whoever joins, so that they are there until they have. */
async function requireUser(tx: Queries, { id }: User): Promise<void> {
  const [held] = await tx.select({ id: users.id }).from(users).where(eq(users.id, id)).for('share');
  if (held === undefined) throw new Problem('unauthorized', 'Cannot join: your account is gone');
}

function noInvitation(): Problem {
  return new Problem(
    'not_found',
    'Cannot find the invitation: it was used, taken back or has run out. Ask for another one',
  );
}
