import type { Context } from 'hono';
import { clientAddress, type Placement } from '../../platform/http/index.ts';
import type { SignedIn, Visitor } from './sign-in.ts';

/** Who sends a request, as far as sessions keep it. */
export function visitorOf(c: Context, placement: Placement): Visitor {
  return { address: clientAddress(c, placement), userAgent: c.req.header('user-agent') ?? '' };
}

/** Hands a browser the cookie of its new session, beside the answer. */
export function giveCookies(response: Response, { setCookies }: Pick<SignedIn, 'setCookies'>): Response {
  for (const cookie of setCookies) response.headers.append('Set-Cookie', cookie);
  return response;
}
