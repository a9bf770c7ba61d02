import type { HandleKey } from '@fauna-flags/protocol';
import type { BearerCrypto } from '../crypto.ts';
import { fromBase64Url } from './base64url.ts';

/*
 * A signed context is what an application's server vouches for about a user, so that a page cannot claim to be somebody
 * else, or to be on a plan that it has not paid for.
 *
 *   v1.<base64url(payload)>.<base64url(HMAC-SHA-256(secret, payload))>
 *
 * The payload is JSON `{ctx: context, env: environment key, exp: epoch seconds, kid}`, canonical or not. Secrets belong to one
 * environment and are told apart by `kid`, so that a new one can be in use before the old one is taken away. The bytes
 * that were signed are the bytes that are judged: nothing is written anew to compare it.
 */

/** What became of a signed context. */
export type SignedContext =
  | { readonly context: Readonly<Record<string, unknown>> }
  /** Why it is not believed, as the end of a sentence; it says nothing about secrets or contents. */
  | { readonly refused: string };

/** What a signed context is judged by. */
export interface SignedContextTerms {
  readonly secrets: readonly HandleKey[];
  /** The key of the environment that is asked for. */
  readonly environment: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly crypto: BearerCrypto;
}

/** A context that is vouched for longer than a day is as good as one without an end. */
const lifeSecondsMax = 24 * 60 * 60;
/** Clocks of servers differ a little: a token made "a day from now" must not be refused for it. */
const clockSlackSeconds = 60;

/** Judges a signed context. Never throws, whatever the text. */
export function readSignedContext(
  token: string,
  { secrets, environment, now, crypto }: SignedContextTerms,
): SignedContext {
  const [version, payloadText, macText, ...rest] = token.split('.');
  const payload = fromBase64Url(payloadText ?? '');
  const mac = fromBase64Url(macText ?? '');
  if (version !== 'v1' || payload === undefined || mac === undefined || rest.length > 0)
    return { refused: 'it does not have the form v1.<payload>.<signature>' };
  const claims = parseClaims(payload);
  const secret = fromBase64Url(secrets.find(({ kid }) => kid === claims?.kid)?.secret ?? '');
  // One answer to an unknown kid and a wrong signature: nobody is told which secrets exist.
  if (claims === undefined || secret === undefined || secret.length < 32)
    return { refused: 'its signature does not hold' };
  if (!isEqual(crypto.hmacSha256(secret, payload), mac)) return { refused: 'its signature does not hold' };
  if (claims.env !== environment) return { refused: 'it was signed for another environment' };
  const secondsLeft = claims.exp - now / 1_000;
  if (secondsLeft <= 0) return { refused: 'it has expired' };
  if (secondsLeft > lifeSecondsMax + clockSlackSeconds)
    return { refused: `it is valid for longer than ${lifeSecondsMax / 3_600} hours` };
  return { context: claims.ctx };
}

interface Claims {
  readonly kid: string;
  readonly env: string;
  readonly exp: number;
  readonly ctx: Readonly<Record<string, unknown>>;
}

function parseClaims(payload: Uint8Array): Claims | undefined {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    return undefined; // What is no JSON was not signed by us.
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const { kid, env, exp, ctx } = json as Record<string, unknown>;
  const isContext = typeof ctx === 'object' && ctx !== null && !Array.isArray(ctx);
  if (typeof kid !== 'string' || typeof env !== 'string' || typeof exp !== 'number' || !isContext)
    return undefined;
  return { kid, env, exp, ctx: ctx as Readonly<Record<string, unknown>> };
}

/** Takes the same time wherever two signatures differ, so that none can be guessed byte by byte. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let place = 0; place < a.length; place += 1) difference |= (a[place] ?? 0) ^ (b[place] ?? 0);
  return difference === 0;
}
