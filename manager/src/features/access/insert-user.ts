import { randomUUID } from 'node:crypto';
import { Problem, type User } from '@fauna-flags/protocol';
import { accounts, type Queries, users } from '../../platform/database/index.ts';

/** Who is made a user, and how they sign in. */
export interface NewUser {
  /** Absent: a new one. */
  readonly id?: string;
  readonly name: string;
  readonly email: string;
  /** Absent where they sign in in another way. */
  readonly passwordHash?: string;
  /** Whether whoever let them in knows that the e-mail address is theirs. */
  readonly emailVerified?: boolean;
  readonly isOwner?: boolean;
}

/** Makes the rows of a user; `account_exists` where there is one with this e-mail address. */
export async function insertUser(
  tx: Queries,
  at: Date,
  { id = randomUUID(), name, email, passwordHash, emailVerified = false, isOwner = false }: NewUser,
): Promise<User> {
  const user = { id, name, email };
  const made = await tx
    .insert(users)
    .values({ ...user, emailVerified, isOwner, createdAt: at, updatedAt: at })
    .onConflictDoNothing({ target: users.email })
    .returning({ id: users.id });
  if (made.length === 0) {
    throw new Problem(
      'account_exists',
      `Cannot make an account for "${email}": there is one. Sign in, and open the link again`,
    );
  }
  if (passwordHash !== undefined) await setPassword(tx, at, { userId: user.id, passwordHash });
  return user;
}

/** Gives a user a password, in place of the one that they had. */
export async function setPassword(
  tx: Queries,
  at: Date,
  { userId, passwordHash }: { readonly userId: string; readonly passwordHash: string },
): Promise<void> {
  await tx
    .insert(accounts)
    .values({
      id: randomUUID(),
      userId,
      providerId: 'credential',
      accountId: userId,
      password: passwordHash,
      createdAt: at,
      updatedAt: at,
    })
    .onConflictDoUpdate({
      target: [accounts.providerId, accounts.accountId],
      set: { password: passwordHash, updatedAt: at },
    });
}
