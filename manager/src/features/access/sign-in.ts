import { setTimeout as pause } from 'node:timers/promises';
import { Problem, type Session, type SignIn, type User } from '@fauna-flags/protocol';
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

/** What signing in needs. */
export interface SignInDeps {
  readonly auth: Auth;
  readonly sessions: Sessions;
  readonly delay: SignInDelay;
  readonly now: () => Date;
}

/** Signs in by e-mail address and password. What is wrong with them is not told, nor can it be told by the time it takes. */
export async function signIn(
  { auth, sessions, delay, now }: SignInDeps,
  { email, password }: SignIn,
  visitor: Visitor,
): Promise<SignedIn> {
  const attempt = await delay.admit({ email, address: visitor.address });
  const noSoonerThan = pause(refusalMs);
  try {
    const { response, headers } = await auth.api.signInEmail({
      body: { email, password },
      headers: headersOf(visitor),
      returnHeaders: true,
    });
    attempt.succeeded();
    return await signedIn({ sessions, now }, response.user, headers);
  } catch (error) {
    if (isAPIError(error) && error.statusCode === 401) {
      await noSoonerThan;
      throw new Problem('unauthorized', 'Cannot sign in: the e-mail address or the password is wrong');
    }
    attempt.withdrawn();
    throw error;
  }
}

/** Signs in whoever has just been created: nobody guesses, so that nothing is delayed and no password is checked. */
export async function signInCreated(
  { auth, sessions, now }: Pick<SignInDeps, 'auth' | 'sessions' | 'now'>,
  user: User,
  visitor: Visitor,
): Promise<SignedIn> {
  const { headers } = await auth.api.beginSession({
    body: { userId: user.id },
    headers: headersOf(visitor),
    returnHeaders: true,
  });
  return signedIn({ sessions, now }, user, headers);
}

function headersOf({ address, userAgent }: Visitor): Headers {
  return new Headers({ [addressHeader]: address, 'user-agent': userAgent });
}

async function signedIn(
  { sessions, now }: Pick<SignInDeps, 'sessions' | 'now'>,
  { id, name, email }: User,
  headers: Headers,
): Promise<SignedIn> {
  await sessions.sweep(id);
  const updatedAt = now();
  const expiresAt = endOf({
    updatedAt,
    expiresAt: new Date(updatedAt.getTime() + sessionLifetimes.absoluteMs),
  });
  return {
    session: { user: { id, name, email }, expiresAt: expiresAt.toISOString() },
    setCookies: headers.getSetCookie(),
  };
}
