import type { ChangePassword } from '@fauna-flags/protocol';
import type { KnownUser } from '../../platform/http/index.ts';
import { type WriteDeps, writeInstallation } from '../publishing/index.ts';
import type { Auth } from './auth.ts';
import { endSessionsOf } from './end-sessions.ts';
import { setPassword } from './insert-user.ts';
import type { PasswordHashing } from './password-hashing.ts';
import { checkPassword } from './passwords/check-password.ts';
import { requirePassword } from './require-password.ts';
import type { Sessions } from './sessions.ts';
import type { Visitor } from './sign-in.ts';
import type { SignInDelay } from './sign-in-delay.ts';

/**
 * Gives whoever is signed in another password, once they have shown the one until now, and ends every session of theirs.
 * 422 when either will not do. Answers the epoch that they go on in.
 */
export async function changePassword(
  deps: WriteDeps & {
    readonly auth: Auth;
    readonly hashing: PasswordHashing;
    readonly sessions: Pick<Sessions, 'tellEnded'>;
    readonly delay: SignInDelay;
  },
  { current, password }: ChangePassword,
  {
    user,
    visitor,
    sessionId,
  }: { readonly user: KnownUser; readonly visitor: Visitor; readonly sessionId: string },
): Promise<{ readonly sessionEpoch: number }> {
  const { address } = visitor;
  await requirePassword(deps, { user, password: current, address, path: 'current' });
  checkPassword(password);
  const passwordHash = await deps.hashing.hash(password);
  const actor = { name: user.email, address };
  const { ended, sessionEpoch } = await writeInstallation(deps, { actor }, async ({ tx, at, record }) => {
    const gone = await endSessionsOf(tx, user.id, sessionId);
    await setPassword(tx, at, { userId: user.id, passwordHash });
    record({ action: 'user.change-password', entity: { kind: 'user', key: user.email }, after: user });
    return gone;
  });
  // A page that changes its own password goes on in a new session: told before it has that, it would take itself for
  // signed out.
  deps.sessions.tellEnded(ended, sessionId);
  return { sessionEpoch };
}
