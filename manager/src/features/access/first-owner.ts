import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { type CreateOwner, Problem, type User } from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { auditEntries, type Database, type Queries, settings, users } from '../../platform/database/index.ts';
import { insertUser } from './insert-user.ts';
import type { PasswordHashing } from './password-hashing.ts';
import { checkPassword } from './passwords/check-password.ts';

/** Written with the first owner and never taken away, so that the link is dead for ever, whoever is deleted later. */
const ownerSetting = 'first-owner';

/**
 * The token of the one-time link. It follows from the installation's secret, so that every manager of an installation
 * prints the same and none has to keep it.
 */
export function ownerToken(secret: string): string {
  return createHmac('sha256', secret).update('fauna first owner').digest('base64url');
}

/** Compares without telling by the time it takes how much of a token was right. */
export function isOwnerToken(token: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest();
  return timingSafeEqual(digest(token), digest(ownerToken(secret)));
}

/** Whether there is nobody at all who could sign in. */
async function isNobodyThere(queries: Queries): Promise<boolean> {
  return (await queries.select({ id: users.id }).from(users).limit(1)).length === 0;
}

/** Whether the first owner has ever been created. */
export async function ownerExists(queries: Queries): Promise<boolean> {
  const rows = await queries.select().from(settings).where(eq(settings.key, ownerSetting));
  return rows.length > 0;
}

/**
 * Creates the first owner. Of several who try at once one succeeds, and the others are told that there is an owner:
 * `owner_exists`. Whoever has the admin token may do so again when no user is left: there is no other way back in, and
 * the token has every right anyway.
 */
export async function createFirstOwner(
  {
    database,
    now,
    hashing,
  }: { readonly database: Database; readonly now: () => Date; readonly hashing: PasswordHashing },
  { name, email, password }: Omit<CreateOwner, 'token'>,
  { isAdmin, address }: { readonly isAdmin: boolean; readonly address: string },
): Promise<User> {
  const isFree = async (queries: Queries) => isAdmin && (await isNobodyThere(queries));
  if ((await ownerExists(database.read)) && !(await isFree(database.read))) throw taken();
  checkPassword(password);
  const passwordHash = await hashing.hash(password);
  const at = now();
  const id = randomUUID();
  return database.transaction(async (tx) => {
    // A rival's row that is not yet committed is waited for here, and then nothing is inserted.
    const value = { at: at.toISOString(), user: id };
    const claimed = await tx
      .insert(settings)
      .values({ key: ownerSetting, value })
      .onConflictDoNothing()
      .returning();
    if (claimed.length === 0) {
      // The row is held from here on, so that of several who find nobody one alone goes on.
      await tx.update(settings).set({ value }).where(eq(settings.key, ownerSetting));
      if (!(await isFree(tx))) throw taken();
    }
    const user = await insertUser(tx, at, {
      ...{ id, name, email, passwordHash, isOwner: true },
      // Whoever runs Fauna has let them in.
      emailVerified: true,
    });
    await tx.insert(auditEntries).values({
      at,
      actor: isAdmin ? 'admin-token' : email,
      address,
      action: 'owner.create',
      entityKind: 'user',
      entityKey: email,
      after: user,
    });
    return user;
  });
}

function taken(): Problem {
  return new Problem('owner_exists', 'Cannot create the first owner: there is one already. Sign in instead');
}
