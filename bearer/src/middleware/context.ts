import { Problem } from '@fauna-flags/protocol';
import { readSignedContext } from '../keys/signed-context.ts';
import type { Services } from '../services.ts';
import { type Caller, readmit } from './admit.ts';
import { contextOf, type JsonObject } from './body.ts';
import { judgeJson } from './judge-json.ts';

/** Where a request carries its context, and the signed one beside it. */
export interface ContextPlace {
  /** True where the protocol of the route takes `null` for an empty context. */
  readonly nullIsEmpty: boolean;
  /** OFREP's bodies have no room of their own for a signed context, so there it is a member of the context. */
  readonly signedWithin: 'body' | 'context';
}

/**
 * The context that a request is evaluated for. What is signed wins over what is merely said; where the environment asks
 * for signed contexts, nothing else counts but attributes that it lets everybody choose. Throws a Problem for a context
 * that is none, and for a signature that is missing or does not hold.
 */
export function contextFor(
  body: JsonObject,
  { caller, services }: { readonly caller: Caller; readonly services: Services },
  { nullIsEmpty, signedWithin }: ContextPlace,
): JsonObject {
  const said = contextOf(body, { nullIsEmpty });
  // Whoever has a server key could read every rule, so what it says of users needs no proof.
  const isVouchedFor = caller.key.kind === 'server';
  const rules = isVouchedFor ? undefined : services.keys.document?.contextRules(caller.environment.id);
  if (rules === undefined) return said;
  const holder = signedWithin === 'body' ? body : said;
  const token = Object.hasOwn(holder, 'signedContext') ? holder.signedContext : undefined;
  const { signedContext: _, ...unsigned } = said;
  if (token === undefined || token === null) {
    if (rules.unsignedAttributes === undefined) return said;
    throw refused('this environment takes signed contexts only, and the request has none');
  }
  const signed =
    typeof token === 'string'
      ? readSignedContext(token, {
          secrets: rules.secrets,
          environment: readmit(caller, services).compiled.environment,
          now: services.clock.now(),
          crypto: services.crypto,
        })
      : { refused: 'it is no text' };
  if ('refused' in signed) throw refused(signed.refused);
  const error = judgeJson(signed.context, services.limits);
  if (error !== undefined) throw refused(`${error.path} ${error.message}`);
  return merge({ unsigned, signed: signed.context, allowed: rules.unsignedAttributes });
}

function merge({
  unsigned,
  signed,
  allowed,
}: {
  readonly unsigned: JsonObject;
  readonly signed: JsonObject;
  /** The only attributes that need no signature; all where absent. */
  readonly allowed: ReadonlySet<string> | undefined;
}): JsonObject {
  // `key` and `targetingKey` are two names of one thing: who has signed one has not left the other open.
  const namesUser = Object.hasOwn(signed, 'key') || Object.hasOwn(signed, 'targetingKey');
  const kept = Object.entries(unsigned).filter(([name]) => {
    if (name === 'key' || name === 'targetingKey') return !namesUser && allowed === undefined;
    return allowed === undefined || allowed.has(name);
  });
  return Object.fromEntries([...kept, ...Object.entries(signed)]);
}

function refused(reason: string): Problem {
  return new Problem('context_refused', `Cannot take the context: ${reason}`);
}
