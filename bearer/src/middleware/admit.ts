import { Problem, type RegisteredKey, type SdkKeyKind } from '@fauna-flags/protocol';
import { type HandleContent, openHandle } from '../keys/handle.ts';
import { isUsable, type KeyRing } from '../keys/key-ring.ts';
import type { Environment } from '../rulesets/environment.ts';
import type { LiveRuleset } from '../rulesets/live-ruleset.ts';
import type { Services } from '../services.ts';
import { authenticate, hasKeyInQuery, unauthorized } from './authenticate.ts';
import { allowsOrigin } from './origin.ts';

/** Who asks: the one thing that every route gets, and that nothing but `admit` makes. */
export interface Caller {
  readonly key: RegisteredKey;
  readonly environment: Environment;
  readonly origin: string | undefined;
  /** What the handle that authenticated this request holds, if one did. */
  readonly handle?: HandleContent;
}

/** What a route asks of its caller. */
export interface Demand {
  readonly kinds: readonly SdkKeyKind[];
  /** True where a handle in `?h=` takes the place of the key. */
  readonly byHandle?: boolean;
}

/**
 * The one place that decides who may ask for what: a key (or handle) that is good now, of the right kind, from an allowed
 * origin, of an environment that has a ruleset. `onKey` hears of the key as soon as it is known, since the headers of a
 * refusal depend on it.
 */
export function admit(
  request: Request,
  demand: Demand,
  services: Services,
  onKey: (key: RegisteredKey) => void,
): Caller {
  const { keys, crypto, limits, environments } = services;
  if (request.url.length > limits.urlBytesMax)
    throw new Problem('invalid', `Cannot take the URL: it has more than ${limits.urlBytesMax} bytes`);
  if (hasKeyInQuery(request.url, keys.document, crypto)) {
    // Without the key, the path or the address: only that somebody has to rotate one.
    services.log.warn(
      'An SDK key came in a URL and was refused: it may lie in logs on its way, so rotate it',
    );
    throw new Problem(
      'invalid',
      'Cannot take an SDK key from the URL: send it as "Authorization: Bearer <key>"',
    );
  }
  const ring = keys.document;
  if (ring === undefined)
    throw notReady('Cannot judge SDK keys yet: the key registry has not been read', services);
  const { key, handle } = identify(request, demand, ring, services);
  onKey(key);
  const origin = request.headers.get('origin') ?? undefined;
  services.keyUses.count(key, origin !== undefined);
  if (key.kind === 'client' && !allowsOrigin(key, origin))
    throw new Problem('origin_not_allowed', 'Cannot use this SDK key from this origin');
  if (!demand.kinds.includes(key.kind))
    throw new Problem(
      'forbidden',
      `Cannot use a ${key.kind} key here: this takes a ${demand.kinds.join(' or ')} key`,
    );
  const environment = environments.find(key.environment);
  if (environment === undefined) throw notReady('Cannot serve this environment yet', services);
  return { key, environment, origin, ...(handle === undefined ? {} : { handle }) };
}

/**
 * Judges a caller again after something was waited for, and hands out the ruleset of this very moment. What follows in
 * the same step cannot miss a change.
 */
export function readmit({ key, environment }: Caller, services: Services): LiveRuleset {
  if (!isUsable(services.keys.document?.findById(key.id), services.clock.now())) throw unauthorized();
  const { live } = environment;
  if (live === undefined) throw notReady('Cannot serve this environment yet: it has no ruleset', services);
  return live;
}

/** 503 with a `Retry-After` that spreads those who come again. */
export function notReady(detail: string, { streams }: Services): Problem {
  return new Problem('not_ready', detail, { retryAfterSeconds: streams.retryAfterSeconds() });
}

function identify(
  request: Request,
  demand: Demand,
  ring: KeyRing,
  { crypto, clock }: Services,
): { readonly key: RegisteredKey; readonly handle?: HandleContent } {
  if (demand.byHandle !== true) return { key: authenticate(request.headers, ring, crypto, clock.now()) };
  const text = new URL(request.url).searchParams.get('h');
  const handle = text === null ? undefined : openHandle(text, ring, crypto);
  const key = handle === undefined ? undefined : ring.findById(handle.keyId);
  if (handle === undefined || !isUsable(key, clock.now()) || key.environment !== handle.environmentId)
    throw unauthorized();
  // Written before signatures were demanded, it holds whatever its reader claimed to be.
  if (ring.demandsSignature(key) && handle.isVouchedFor !== true) throw unauthorized();
  return { key, handle };
}
