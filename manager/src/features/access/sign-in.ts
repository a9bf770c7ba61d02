import { setTimeout as pause } from 'node:timers/promises';
import { Problem, type Session, type SignIn, type User } from '@fauna-flags/protocol';
import { type Auth, addressHeader } from './auth.ts';
import { sessionLifetimes } from './session-lifetimes.ts';
import { endOf, type Sessions } from './sessions.ts';
import type { SignInDelay } from './sign-in-delay.ts';
import type { TwoFactors } from './two-factor/two-factors.ts';

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

/** Somebody who is let in. */
export interface Admitted {
  readonly user: User;
  /** The epoch of the user under which it was judged that they are: in a later one it counts for nothing. */
  readonly sessionEpoch: number;
}

/** Somebody whose account has just been made. */
export function newcomer(user: User): Admitted {
  return { user, sessionEpoch: 0 };
}

/** What signing in needs. */
export interface SignInDeps {
  readonly auth: Auth;
  readonly sessions: Sessions;
  readonly delay: SignInDelay;
  readonly twoFactors: Pick<TwoFactors, 'judge'>;
  readonly now: () => Date;
}

/**
 * Signs in by e-mail address and password, and by a code where the user has a second factor. What is wrong with the former
 * is not told, nor can it be told by the time it takes; that a code is missing or wrong is told to whoever knows both.
 */
export async function signIn(
  deps: SignInDeps,
  { email, password, code }: SignIn,
  visitor: Visitor,
): Promise<SignedIn> {
  const { auth, sessions, delay, twoFactors } = deps;
  const attempt = await delay.admit({ email, address: visitor.address });
  const noSoonerThan = pause(refusalMs);
  try {
    // Asked before anything is judged: what has changed since then may be what it is judged by.
    const sessionEpoch = await sessions.epochOf({ email });
    const user = await auth.api.checkPassword({ body: { email, password } });
    if (user === null || sessionEpoch === undefined) {
      await noSoonerThan;
      throw new Refusal('unauthorized', 'Cannot sign in: the e-mail address or the password is wrong');
    }
    const actor = { name: user.email, address: visitor.address };
    const factor = await twoFactors.judge({ user, actor }, code);
    if (factor === 'missing' || factor === 'wrong') {
      await noSoonerThan;
      // Nobody has guessed anything who gives no code; they must not be forgiven either for what they have guessed before.
      if (factor === 'missing') attempt.withdrawn();
      throw new Refusal(
        'two_factor_required',
        factor === 'missing'
          ? 'Cannot sign in without a code: this account has a second factor'
          : 'Cannot sign in: the code is wrong, or was used before',
      );
    }
    attempt.succeeded();
    return await beginSession(deps, { user, sessionEpoch }, visitor);
  } catch (error) {
    if (!(error instanceof Refusal)) attempt.withdrawn();
    throw error;
  }
}

/** An attempt that was judged. */
class Refusal extends Problem {}

/**
 * Begins a session for somebody of whom it is known who they are: nothing is delayed and no password is checked. 401 when
 * every session of theirs was ended since that was judged, or the account is gone.
 */
export async function beginSession(
  { auth, sessions, now }: Pick<SignInDeps, 'auth' | 'sessions' | 'now'>,
  { user, sessionEpoch }: Admitted,
  visitor: Visitor,
): Promise<SignedIn> {
  const { headers, response: begun } = await auth.api.beginSession({
    body: { userId: user.id },
    headers: headersOf(visitor),
    returnHeaders: true,
  });
  // Asked once it is there: whoever ends all of them from now on finds it.
  if (begun === null || (await sessions.epochOf({ id: user.id })) !== sessionEpoch) {
    if (begun !== null) await sessions.end(begun.sessionId);
    throw new Problem('unauthorized', 'Cannot sign in: the account has just been changed. Try again');
  }
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
