import { canonicalJson } from '@fauna-flags/protocol';
import { sealHandle } from '../keys/handle.ts';
import type { Caller } from '../middleware/admit.ts';
import type { JsonObject } from '../middleware/body.ts';
import type { Services } from '../services.ts';

/** What the handle is to stand for, besides its caller. */
export interface HandleFor {
  readonly caller: Caller;
  readonly context: JsonObject;
  readonly shown?: string;
}

/** A handle that opens a stream for this caller and context; `undefined` for a context that would not fit into a URL. */
export function handleFor(
  { caller: { key, environment }, context, shown }: HandleFor,
  { keys, crypto, limits }: Services,
): string | undefined {
  const ring = keys.document;
  const bytes = new TextEncoder().encode(canonicalJson(context)).length;
  if (ring === undefined || bytes > limits.handleContextBytesMax) return undefined;
  const isVouchedFor = ring.demandsSignature(key);
  return sealHandle(
    { environmentId: environment.id, keyId: key.id, context, shown, isVouchedFor },
    ring,
    crypto,
  );
}
