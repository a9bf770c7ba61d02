import {
  type ChangePassword,
  type CreateOwner,
  Problem,
  type SignIn,
  type User,
} from '@fauna-flags/protocol';
import type { Queries } from '../../platform/database/index.ts';
import type { Actor, KnownUser, Log, PrincipalSource } from '../../platform/http/index.ts';
import { keyFor } from '../../platform/sealed.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { createAuth } from './auth.ts';
import { changePassword } from './change-password.ts';
import { createFirstOwner, isOwnerToken, ownerExists } from './first-owner.ts';
import { insertUser, type NewUser } from './insert-user.ts';
import { oidcCookie } from './oidc/oidc-flow.ts';
import type { OidcSettings } from './oidc/oidc-settings.ts';
import { createOidcSignIn, type OidcSignIn } from './oidc/oidc-sign-in.ts';
import { passwordHashing } from './password-hashing.ts';
import { checkPassword } from './passwords/check-password.ts';
import { createPrincipals } from './principals.ts';
import { requirePassword } from './require-password.ts';
import { resetPassword } from './reset-password.ts';
import { forgetCookie, sessionCookie } from './session-cookie.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { type Admitted, beginSession, newcomer, type SignedIn, signIn, type Visitor } from './sign-in.ts';
import { SignInDelay } from './sign-in-delay.ts';
import { createTwoFactors, type TwoFactors } from './two-factor/two-factors.ts';

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
  readonly twoFactors: TwoFactors;
  /** Signing in through an identity provider, where one is set up. */
  readonly oidc: OidcSignIn | undefined;
  /** Asks for the password of somebody who is signed in once more. 422 when it is wrong, 429 as at sign-in. */
  requirePassword(of: {
    readonly user: KnownUser;
    readonly password: string;
    readonly address: string;
  }): Promise<void>;
  /** Begins a session for a user whom something else than a password has let in. 401 when all theirs were ended since. */
  signInAs(admitted: Admitted, visitor: Visitor): Promise<SignedIn>;
  /** Makes accounts for who is let in by something else than the link of the first owner. */
  readonly accounts: {
    insertUser(tx: Queries, at: Date, user: NewUser): Promise<User>;
    /** Hashes a password that somebody chooses; 422 when it will not do. */
    hashNewPassword(password: string): Promise<string>;
  };
  /** Gives whoever is signed in another password, and ends every session of theirs; answers the epoch that they go on in. */
  changePassword(
    body: ChangePassword,
    who: { readonly user: User; readonly visitor: Visitor; readonly sessionId: string },
  ): Promise<{ readonly sessionEpoch: number }>;
  /** Gives a user a new password and ends their sessions. `actor` is who does it. */
  resetPassword(body: ResetPassword, actor: Actor): Promise<void>;
  /** A `Set-Cookie` that makes a browser forget its session. */
  readonly forgetSession: string;
}

/** Access over a database; `url` decides which cookie carries sessions. */
export function createAccess(
  deps: WriteDeps & {
    readonly secret: string;
    readonly url: string | undefined;
    /** Wants `url`. */
    readonly oidc?: OidcSettings | undefined;
    readonly log: Pick<Log, 'warn'>;
  },
): Access {
  const { database, now, randomBytes, secret, url, oidc } = deps;
  const hashing = passwordHashing();
  const cookie = sessionCookie(url);
  const auth = createAuth({ database, now, randomBytes, secret, cookie, hashing });
  const sessions = createSessions({ auth, database, now, cookie });
  const twoFactors = createTwoFactors({
    ...deps,
    key: keyFor(secret, 'two-factor secrets'),
    sessions,
    // Whoever signs in to several installations has them all in one app.
    issuer: url === undefined ? 'Fauna' : `Fauna (${new URL(url).host})`,
  });
  const delay = new SignInDelay(now, sessions.begunFrom);
  const signingIn = { auth, sessions, delay, twoFactors, now };
  return {
    sessions,
    principals: createPrincipals({ database, now }),
    ownerExists: () => ownerExists(database.read),
    async createOwner({ token, ...owner }, { isAdmin, ...visitor }) {
      if (!isAdmin && !(token !== undefined && isOwnerToken(token, secret))) {
        throw new Problem(
          'forbidden',
          'Cannot create the first owner: the token is not the one of the link that Fauna printed when it started',
        );
      }
      const user = await createFirstOwner({ database, now, hashing }, owner, {
        isAdmin,
        address: visitor.address,
      });
      return beginSession(signingIn, newcomer(user), visitor);
    },
    signIn: (body, visitor) => signIn(signingIn, body, visitor),
    twoFactors,
    oidc:
      oidc === undefined || url === undefined
        ? undefined
        : createOidcSignIn({
            ...deps,
            settings: oidc,
            url,
            key: keyFor(secret, 'sign-ins through a provider'),
            cookie: oidcCookie(cookie),
          }),
    requirePassword: (of) => requirePassword({ auth, delay }, of),
    signInAs: (admitted, visitor) => beginSession(signingIn, admitted, visitor),
    accounts: {
      insertUser,
      async hashNewPassword(password) {
        checkPassword(password);
        return hashing.hash(password);
      },
    },
    changePassword: (body, who) => changePassword({ ...deps, auth, hashing, sessions, delay }, body, who),
    resetPassword: (body, actor) => resetPassword({ ...deps, hashing, sessions }, { ...body, actor }),
    forgetSession: forgetCookie(cookie),
  };
}
