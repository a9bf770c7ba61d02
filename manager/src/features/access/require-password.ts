import { type KnownUser, unfit } from '../../platform/http/index.ts';
import type { Auth } from './auth.ts';
import type { SignInDelay } from './sign-in-delay.ts';

/**
 * Asks for the password of somebody who is signed in once more, for what a browser that was left alone must not do. 422
 * when it is wrong. It is guessed at as slowly as at sign-in, and counts with it.
 */
export async function requirePassword(
  { auth, delay }: { readonly auth: Auth; readonly delay: SignInDelay },
  {
    user,
    password,
    address,
    path = 'password',
  }: {
    readonly user: KnownUser;
    readonly password: string;
    readonly address: string;
    /** Where the request has it. */
    readonly path?: string;
  },
): Promise<void> {
  const attempt = await delay.admit({ email: user.email, address });
  const found = await auth.api
    .checkPassword({ body: { email: user.email, password } })
    .catch((error: unknown) => {
      attempt.withdrawn();
      throw error;
    });
  if (found?.id === user.id) return attempt.succeeded();
  const message = 'is wrong, or this account has none';
  throw unfit({ what: 'do this', path, called: 'the password', message });
}
