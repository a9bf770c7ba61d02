import { createHmac, randomUUID } from 'node:crypto';
import { passwordLengths } from '@fauna-flags/protocol';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { betterAuth } from 'better-auth/minimal';
import { z } from 'zod';
import { accounts, type Database, sessions, users } from '../../platform/database/index.ts';
import { hashedSessionTokens } from './hashed-session-tokens.ts';
import type { PasswordHashing } from './password-hashing.ts';
import type { SessionCookie } from './session-cookie.ts';
import { sessionLifetimes } from './session-lifetimes.ts';

/** What better-auth is made of. */
export interface AuthOptions {
  readonly database: Database;
  readonly now: () => Date;
  readonly randomBytes: (size: number) => Uint8Array;
  /** The installation's secret; cookies are signed with a key derived from it. */
  readonly secret: string;
  readonly cookie: SessionCookie;
  readonly hashing: PasswordHashing;
}

/** better-auth as Fauna uses it. */
export type Auth = ReturnType<typeof createAuth>;

/** The header in which `signIn` tells better-auth the client's address. No request's own header is handed on. */
export const addressHeader = 'x-fauna-client-address';

/** A browser's name is kept to be shown beside its session; more than this is no name. */
const userAgentLengthMax = 200;

/**
 * Whose e-mail address and password these are; `null` when they are nobody's. An address that nobody has takes as long as a
 * wrong password: something is hashed in either case. Only code can call it: it has no path.
 */
const checkPassword = createAuthEndpoint.serverOnly(
  { method: 'POST', body: z.object({ email: z.string(), password: z.string() }) },
  async (c) => {
    const { internalAdapter, password } = c.context;
    const found = await internalAdapter.findUserByEmail(c.body.email, { includeAccounts: true });
    const hash = found?.accounts.find(({ providerId }) => providerId === 'credential')?.password;
    if (found === null || typeof hash !== 'string') {
      await password.hash(c.body.password);
      return null;
    }
    if (!(await password.verify({ hash, password: c.body.password }))) return null;
    const { id, name, email } = found.user;
    return { id, name, email };
  },
);

/** Begins a session for a user whom we have let in ourselves; `null` when there is none. Only code can call it: it has no path. */
const beginSession = createAuthEndpoint.serverOnly(
  { method: 'POST', body: z.object({ userId: z.string() }) },
  async (c) => {
    const { internalAdapter } = c.context;
    const user = await internalAdapter.findUserById(c.body.userId);
    if (user === null) return null;
    const session = await internalAdapter.createSession(user.id);
    await setSessionCookie(c, { session, user });
    return { sessionId: session.id };
  },
);

/** better-auth prefers some variables of its own over what it is told: other secrets, whether and where it reports. */
function forgetEnvironment(): void {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('BETTER_AUTH_') || name === 'AUTH_SECRET') delete process.env[name];
  }
}

/**
 * better-auth in narrow use: it checks passwords and keeps sessions, and nothing else of it is reachable. Its own routes
 * are not mounted, nobody signs up, nothing is read from a cookie but a session's token, nothing is sent home.
 */
export function createAuth({ database, now, randomBytes, secret, cookie, hashing }: AuthOptions) {
  forgetEnvironment();
  return betterAuth({
    // Only for links in e-mails and redirects of its own routes, of which there are none.
    baseURL: 'http://localhost',
    secret: createHmac('sha256', secret).update('fauna session cookies').digest('base64url'),
    database: hashedSessionTokens(
      drizzleAdapter(database.read, {
        provider: 'pg',
        schema: { user: users, account: accounts, session: sessions },
      }),
    ),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: passwordLengths.min,
      maxPasswordLength: passwordLengths.max,
      password: hashing,
    },
    plugins: [{ id: 'fauna', endpoints: { checkPassword, beginSession } }],
    session: {
      expiresIn: sessionLifetimes.absoluteMs / 1000,
      // Use moves the idle end, which is ours to keep; the absolute end, which is this one, must never move.
      disableSessionRefresh: true,
      cookieCache: { enabled: false },
    },
    databaseHooks: {
      session: {
        create: {
          before: async (session) => {
            const at = now();
            return {
              data: {
                ...session,
                token: Buffer.from(randomBytes(32)).toString('base64url'),
                userAgent: session.userAgent?.slice(0, userAgentLengthMax) ?? '',
                createdAt: at,
                updatedAt: at,
                expiresAt: new Date(at.getTime() + sessionLifetimes.absoluteMs),
              },
            };
          },
        },
      },
    },
    advanced: {
      database: { generateId: () => randomUUID() },
      useSecureCookies: false, // The name below says what must be said.
      cookies: { session_token: { name: cookie.name, attributes: { secure: cookie.secure } } },
      ipAddress: { ipAddressHeaders: [addressHeader] },
    },
    telemetry: { enabled: false },
    // What goes wrong is thrown and logged once, where every error meets HTTP.
    logger: { disabled: true },
    rateLimit: { enabled: false },
  });
}
