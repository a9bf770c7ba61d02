import { type CreateOwner, Problem } from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { users } from '../../platform/database/index.ts';
import type { Actor } from '../../platform/http/index.ts';
import { type WriteDeps, writeInstallation } from '../publishing/index.ts';
import { endSessionsOf } from './end-sessions.ts';
import { setPassword } from './insert-user.ts';
import type { PasswordHashing } from './password-hashing.ts';
import { checkPassword } from './passwords/check-password.ts';
import type { Sessions } from './sessions.ts';

/**
 * Gives a user who has forgotten theirs a new password, and ends every session that they have: one of them may be the
 * reason. `actor` is who does it. `not_found` when there is no such user, 422 when the password will not do.
 */
export async function resetPassword(
  deps: WriteDeps & { readonly hashing: PasswordHashing; readonly sessions: Pick<Sessions, 'tellEnded'> },
  { email, password, actor }: Pick<CreateOwner, 'email' | 'password'> & { readonly actor: Actor },
): Promise<void> {
  const { database, hashing, sessions } = deps;
  const [user] = await database.read
    .select({ id: users.id, name: users.name, email: users.email })
    .from(users)
    .where(eq(users.email, email));
  if (user === undefined) {
    throw new Problem('not_found', 'Cannot set the password: nobody signs in with this e-mail address');
  }
  checkPassword(password);
  const passwordHash = await hashing.hash(password);
  const { ended } = await writeInstallation(deps, { actor }, async ({ tx, at, record }) => {
    const gone = await endSessionsOf(tx, user.id);
    await setPassword(tx, at, { userId: user.id, passwordHash });
    record({ action: 'user.reset-password', entity: { kind: 'user', key: email }, after: user });
    return gone;
  });
  sessions.tellEnded(ended);
}
