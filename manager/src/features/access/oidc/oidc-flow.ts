import { z } from 'zod';
import { open, seal } from '../../../platform/sealed.ts';
import type { SessionCookie } from '../session-cookie.ts';

/** What must be known again when somebody comes back from the provider. */
export interface OidcFlow {
  /** Ties the answer to this browser. */
  readonly state: string;
  /** Ties the ID token to this flow. */
  readonly nonce: string;
  /** What the code is worth nothing without (PKCE). */
  readonly verifier: string;
  /** Where the person wanted to go. */
  readonly next: string;
  /** In milliseconds since 1970. */
  readonly endsAt: number;
}

/** Long enough to find a phone, type a password and scan a code. */
export const oidcFlowMs = 10 * 60 * 1000;

const flowSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  next: z.string(),
  endsAt: z.number(),
});

/** The cookie in which a flow waits: sealed, so that no server has to remember it, and nobody can read or make one. */
export function oidcCookie({ secure }: Pick<SessionCookie, 'secure'>): SessionCookie {
  return { secure, name: secure ? '__Host-fauna_oidc' : 'fauna_oidc' };
}

/** A `Set-Cookie` that carries the flow. Lax, as it must come along when another site sends the browser back. */
export function flowCookie(key: Uint8Array, { name, secure }: SessionCookie, flow: OidcFlow): string {
  const value = Buffer.from(seal(key, JSON.stringify(flow))).toString('base64url');
  return `${name}=${value}; Max-Age=${oidcFlowMs / 1000}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

/** The flow in a cookie's value; `undefined` when it was not sealed by us, or is over. */
export function readFlow(key: Uint8Array, value: string, now: Date): OidcFlow | undefined {
  try {
    const flow = flowSchema.parse(JSON.parse(open(key, Buffer.from(value, 'base64url'))));
    return flow.endsAt > now.getTime() ? flow : undefined;
  } catch {
    return undefined;
  }
}
