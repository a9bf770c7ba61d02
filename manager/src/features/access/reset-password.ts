import { randomUUID } from 'node:crypto';
import { type CreateOwner, Problem } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import {
  accounts,
  auditEntries,
  type Database,
  sessions as table,
  users,
} from '../../platform/database/index.ts';
import type { Actor } from '../../platform/http/index.ts';
import type { PasswordHashing } from './password-hashing.ts';
import { checkPassword } from './passwords/check-password.ts';
import type { Sessions } from './sessions.ts';

/**
 * Gives a user who has forgotten theirs a new password, and ends every session that they have: one of them may be the
 * reason. `actor` is who does it. `not_found` when there is no such user, 422 when the password will not do.
 */
export async function resetPassword(
  {
    database,
    now,
    hashing,
    sessions,
  }: {
    readonly database: Database;
    readonly now: () => Date;
    readonly hashing: PasswordHashing;
    readonly sessions: Pick<Sessions, 'end'>;
  },
  { email, password, actor }: Pick<CreateOwner, 'email' | 'password'> & { readonly actor: Actor },
): Promise<void> {
  const [user] = await database.read
    .select({ id: users.id, name: users.name, email: users.email })
    .from(users)
    .where(eq(users.email, email));
  if (user === undefined) {
    throw new Problem('not_found', 'Cannot set the password: nobody signs in with this e-mail address');
  }
  checkPassword(password);
  const hash = await hashing.hash(password);
  const at = now();
  const ended = await database.transaction(async (tx) => {
    const changed = await tx
      .update(accounts)
      .set({ password: hash, updatedAt: at })
      .where(and(eq(accounts.userId, user.id), eq(accounts.providerId, 'credential')))
      .returning({ id: accounts.id });
    if (changed.length === 0) {
      await tx.insert(accounts).values({
        id: randomUUID(),
        userId: user.id,
        providerId: 'credential',
        accountId: user.id,
        password: hash,
        createdAt: at,
        updatedAt: at,
      });
    }
    await tx.insert(auditEntries).values({
      at,
      actor: actor.name,
      action: 'user.reset-password',
      entityKind: 'user',
      entityKey: email,
      after: user,
    });
    return tx.delete(table).where(eq(table.userId, user.id)).returning({ id: table.id });
  });
  // They are gone already; this tells whoever holds a stream open for one.
  for (const { id } of ended) await sessions.end(id);
}
