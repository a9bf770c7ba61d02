import { createHmac } from 'node:crypto';

/** Signs claims as an application's server does; from the description of the form, not from the code under test. */
export function signClaims(claims: unknown, secret: string): string {
  const payload = Buffer.from(typeof claims === 'string' ? claims : JSON.stringify(claims));
  const mac = createHmac('sha256', Buffer.from(secret, 'base64url')).update(payload);
  return `v1.${payload.toString('base64url')}.${mac.digest('base64url')}`;
}
