import { setTimeout as pause } from 'node:timers/promises';
import { Problem, type Session, type SignIn } from '@fauna-flags/protocol';
import { isAPIError } from 'better-auth/api';
import { type Auth, addressHeader } from './auth.ts';
import { sessionLifetimes } from './session-lifetimes.ts';
import { endOf, type Sessions } from './sessions.ts';
import type { SignInDelay } from './sign-in-delay.ts';

/** What an answer to a sign-in carries. */
export interface SignedIn {
  readonly session: Session;
  readonly setCookies: readonly string[];
}

/** Who tries to sign in, as far as can be known before. */
export interface Visitor {
  readonly address: string;
  readonly userAgent: string;
}

/**
 * A refusal is answered so long after it was asked for, whatever the reason: an unknown e-mail address costs one query
 * less than a wrong password. Hashing takes a fraction of it unless many sign in at once.
 */
const refusalMs = 250;

/** Signs in by e-mail address and password. What is wrong with them is not told, nor can it be told by the time it takes. */
export async function signIn(
  {
    auth,
    sessions,
    delay,
    now,
  }: {
    readonly auth: Auth;
    readonly sessions: Sessions;
    readonly delay: SignInDelay;
    readonly now: () => Date;
  },
  { email, password }: SignIn,
  { address, userAgent }: Visitor,
): Promise<SignedIn> {
  const attempt = delay.admit({ email, address });
  const noSoonerThan = pause(refusalMs);
  try {
    const { response, headers } = await auth.api.signInEmail({
      body: { email, password },
      headers: new Headers({ [addressHeader]: address, 'user-agent': userAgent }),
      returnHeaders: true,
    });
    attempt.succeeded();
    const { id, name } = response.user;
    await sessions.sweep(id);
    const updatedAt = now();
    const expiresAt = endOf({
      updatedAt,
      expiresAt: new Date(updatedAt.getTime() + sessionLifetimes.absoluteMs),
    });
    return {
      session: { user: { id, name, email: response.user.email }, expiresAt: expiresAt.toISOString() },
      setCookies: headers.getSetCookie(),
    };
  } catch (error) {
    if (isAPIError(error) && error.statusCode === 401) {
      await noSoonerThan;
      throw new Problem('unauthorized', 'Cannot sign in: the e-mail address or the password is wrong');
    }
    attempt.withdrawn();
    throw error;
  }
}
