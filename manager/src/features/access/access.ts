import { type CreateOwner, Problem, type SignIn } from '@fauna-flags/protocol';
import type { Database } from '../../platform/database/index.ts';
import type { Actor, PrincipalSource } from '../../platform/http/index.ts';
import { createAuth } from './auth.ts';
import { createFirstOwner, isOwnerToken, ownerExists } from './first-owner.ts';
import { passwordHashing } from './password-hashing.ts';
import { resetPassword } from './reset-password.ts';
import { forgetCookie, sessionCookie } from './session-cookie.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { type SignedIn, signIn, signInCreated, type Visitor } from './sign-in.ts';
import { SignInDelay } from './sign-in-delay.ts';

/** Whose password is set, and to what. */
export type ResetPassword = Pick<CreateOwner, 'email' | 'password'>;

/** People and their sessions. */
export interface Access {
  readonly sessions: Sessions;
  readonly principals: PrincipalSource;
  /** Whether the first owner has ever been created. */
  ownerExists(): Promise<boolean>;
  /**
   * Creates the first owner and signs them in. Who shows neither the token of the one-time link nor an API token is
   * refused whatever else there is: they do not even learn whether there is an owner.
   */
  createOwner(body: CreateOwner, visitor: Visitor & { readonly isAdmin: boolean }): Promise<SignedIn>;
  signIn(body: SignIn, visitor: Visitor): Promise<SignedIn>;
  /** Gives a user a new password and ends their sessions. `actor` is who does it. */
  resetPassword(body: ResetPassword, actor: Actor): Promise<void>;
  /** A `Set-Cookie` that makes a browser forget its session. */
  readonly forgetSession: string;
}

/** Access over a database; `url` decides which cookie carries sessions. */
export function createAccess({
  database,
  now,
  randomBytes,
  secret,
  url,
}: {
  readonly database: Database;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly secret: string;
  readonly url: string | undefined;
}): Access {
  const hashing = passwordHashing();
  const cookie = sessionCookie(url);
  const auth = createAuth({ database, now, randomBytes, secret, cookie, hashing });
  const sessions = createSessions({ auth, database, now, cookie });
  const signingIn = { auth, sessions, delay: new SignInDelay(now, sessions.begunFrom), now };
  return {
    sessions,
    principals: {
      ofUser: async (user, address) => ({
        id: `user ${user.id}`,
        actor: { name: user.email, address },
        user,
        ranks: 'owner',
      }),
    },
    ownerExists: () => ownerExists(database.read),
    async createOwner({ token, ...owner }, { isAdmin, ...visitor }) {
      if (!isAdmin && !(token !== undefined && isOwnerToken(token, secret))) {
        throw new Problem(
          'forbidden',
          'Cannot create the first owner: the token is not the one of the link that Fauna printed when it started',
        );
      }
      const user = await createFirstOwner({ database, now, hashing }, owner, { isAdmin });
      return signInCreated(signingIn, user, visitor);
    },
    signIn: (body, visitor) => signIn(signingIn, body, visitor),
    resetPassword: (body, actor) => resetPassword({ database, now, hashing, sessions }, { ...body, actor }),
    forgetSession: forgetCookie(cookie),
  };
}
