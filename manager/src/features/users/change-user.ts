import { type InstallationUser, type PatchUser, Problem } from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { type Queries, sessions, users } from '../../platform/database/index.ts';
import { type Actor, type IfMatch, requireRevision, requireUnchanged } from '../../platform/http/index.ts';
import { endSessionsOf } from '../access/index.ts';
import { type WriteDeps, writeInstallation } from '../publishing/index.ts';
import { findUser, toUser, type UserRow } from './user.ts';

/** Which user is changed, and by whom. */
export interface UserChange {
  readonly id: string;
  readonly actor: Actor;
  readonly ifMatch: IfMatch;
}

/** Changes a user's name, or makes them an owner or no longer one. The last owner stays one: `last_owner`. */
export function patchUser(
  deps: WriteDeps,
  { id, actor, ifMatch }: UserChange,
  patch: PatchUser,
): Promise<InstallationUser> {
  return writeInstallation(deps, { actor }, async ({ tx, at, record }) => {
    const owners = await lockOwners(tx);
    const row = await findUser(tx, id, { isLocked: true });
    const before = await toUser(tx, row);
    const what = `change user "${row.email}"`;
    requireRevision(ifMatch, what, before);
    requireUnchanged(before, patch, ['email']);
    const { name = row.name, isOwner = row.isOwner } = patch;
    if (name === row.name && isOwner === row.isOwner) return before;
    if (!isOwner) requireAnotherOwner(owners, row, what);
    const set = { name, isOwner, revision: row.revision + 1, updatedAt: at };
    await tx.update(users).set(set).where(eq(users.id, id));
    const after = { ...before, name, isOwner, revision: set.revision, updatedAt: at.toISOString() };
    record({ action: 'user.update', entity: { kind: 'user', key: row.email }, before, after });
    return after;
  });
}

/**
 * Takes a user away, with their sessions, memberships and API tokens; answers which sessions that were. What they have done
 * stays in the audit trail. The last owner stays: `last_owner`.
 */
export function deleteUser(
  deps: WriteDeps,
  { id, actor, ifMatch }: UserChange,
): Promise<readonly { readonly id: string }[]> {
  return writeInstallation(deps, { actor }, async ({ tx, record }) => {
    const owners = await lockOwners(tx);
    const row = await findUser(tx, id, { isLocked: true });
    const before = await toUser(tx, row);
    const what = `delete user "${row.email}"`;
    requireRevision(ifMatch, what, before);
    requireAnotherOwner(owners, row, what);
    const ended = await tx.delete(sessions).where(eq(sessions.userId, id)).returning({ id: sessions.id });
    await tx.delete(users).where(eq(users.id, id));
    record({ action: 'user.delete', entity: { kind: 'user', key: row.email }, before });
    return ended;
  });
}

/** Ends every session of a user; answers which those were. */
export function endUserSessions(
  deps: WriteDeps,
  { id, actor }: Omit<UserChange, 'ifMatch'>,
): Promise<readonly { readonly id: string }[]> {
  return writeInstallation(deps, { actor }, async ({ tx, record }) => {
    const row = await findUser(tx, id);
    const { ended } = await endSessionsOf(tx, row.id);
    if (ended.length > 0) {
      record({
        action: 'user.end-sessions',
        entity: { kind: 'user', key: row.email },
        after: { sessions: ended.length },
      });
    }
    return ended;
  });
}

/** All owners. Their rows are held, in one order: of two who make each other no owners, one comes too late. */
function lockOwners(tx: Queries): Promise<readonly UserRow[]> {
  return tx.select().from(users).where(eq(users.isOwner, true)).orderBy(users.id).for('update');
}

function requireAnotherOwner(owners: readonly UserRow[], row: UserRow, what: string): void {
  if (!row.isOwner || owners.some(({ id }) => id !== row.id)) return;
  throw new Problem('last_owner', `Cannot ${what}: nobody else is an owner; make somebody else one first`);
}
