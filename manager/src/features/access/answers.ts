import type { Context } from 'hono';
import { type ApiEnv, clientAddress, type LiveSession, type Placement } from '../../platform/http/index.ts';
import type { SignedIn, Visitor } from './sign-in.ts';

/** Who sends a request, as far as sessions keep it. */
export function visitorOf(c: Context, placement: Placement): Visitor {
  return { address: clientAddress(c, placement), userAgent: c.req.header('user-agent') ?? '' };
}

/** The session of a request to an operation that needs one. */
export function sessionOf(c: Context<ApiEnv>): LiveSession {
  const session = c.get('session');
  if (session === undefined) throw new Error('An operation that needs a session was reached without one');
  return session;
}

/** Hands a browser the cookie of its new session, beside the answer. */
export function giveCookies(response: Response, { setCookies }: Pick<SignedIn, 'setCookies'>): Response {
  for (const cookie of setCookies) response.headers.append('Set-Cookie', cookie);
  return response;
}

/** The answer that lets a browser in. */
export function signedInAnswer(c: Context, signedIn: SignedIn, status: 200 | 201 = 201): Response {
  return giveCookies(c.json(signedIn.session, status), signedIn);
}
