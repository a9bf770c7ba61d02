import { createOwnerSchema, Problem, signInSchema } from '@fauna-flags/protocol';
import { type Context, Hono } from 'hono';
import {
  type ApiEnv,
  clientAddress,
  type Placement,
  readBody,
  refuseForeignSite,
  tokenCheck,
} from '../../platform/http/index.ts';
import type { Access } from './access.ts';
import type { SignedIn, Visitor } from './sign-in.ts';

/** Body of `PUT /owner/password`. */
const resetPasswordSchema = createOwnerSchema.pick({ email: true, password: true });

/** What the routes of accounts need. */
export interface AccessRoutesDeps {
  readonly access: Access;
  readonly placement: Placement;
  readonly adminToken: string;
}

/** `/owner`, and `POST /session`: what can be asked without being anybody yet. */
export function openAccessRoutes({ access, placement, adminToken }: AccessRoutesDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const isAdminToken = tokenCheck(adminToken);
  const visitorOf = (c: Context): Visitor => ({
    address: clientAddress(c, placement),
    userAgent: c.req.header('user-agent') ?? '',
  });

  app.get('/owner', async (c) => c.json({ exists: await access.ownerExists() }));

  app.post('/owner', async (c) => {
    refuseForeignSite(c, placement);
    const body = await readBody(c, createOwnerSchema);
    const signedIn = await access.createOwner(body, { ...visitorOf(c), isAdmin: isAdminToken(c) });
    return answer(c, signedIn);
  });

  app.post('/session', async (c) => {
    refuseForeignSite(c, placement);
    const body = await readBody(c, signInSchema, { kept: false });
    const signedIn = await access.signIn(body, visitorOf(c));
    // The session that this browser had is not needed any more, and nobody else should find it.
    await endSession(c);
    return answer(c, signedIn);
  });

  async function endSession(c: Context): Promise<void> {
    const { sessions } = access;
    const { headers } = c.req.raw;
    const before = sessions.claims(headers) ? await sessions.find(headers) : undefined;
    if (before !== undefined) await sessions.end(before.id);
  }

  return app;
}

/** `GET` and `DELETE /session`: the session that a request comes with; and `PUT /owner/password`, for who has none. */
export function sessionRoutes({ access }: Pick<AccessRoutesDeps, 'access'>): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.get('/session', (c) => {
    const { user, expiresAt } = sessionOf(c);
    return c.json({ user, expiresAt: expiresAt.toISOString() });
  });

  app.put('/owner/password', async (c) => {
    // Whoever has a session was let in by a password; only whoever runs Fauna may do without.
    if (c.get('session') !== undefined) {
      throw new Problem('forbidden', 'Cannot set a password with a session: this takes FAUNA_ADMIN_TOKEN');
    }
    await access.resetPassword(await readBody(c, resetPasswordSchema), c.get('actor'));
    return c.body(null, 204);
  });

  app.delete('/session', async (c) => {
    await access.sessions.end(sessionOf(c).id);
    return c.body(null, 204, { 'Set-Cookie': access.forgetSession });
  });

  return app;
}

function sessionOf(c: Context<ApiEnv>) {
  const session = c.get('session');
  if (session === undefined) {
    throw new Problem('unauthorized', 'Cannot answer without a session: an API token has none');
  }
  return session;
}

function answer(c: Context, { session, setCookies }: SignedIn): Response {
  const response = c.json(session, 201);
  for (const cookie of setCookies) response.headers.append('Set-Cookie', cookie);
  return response;
}
