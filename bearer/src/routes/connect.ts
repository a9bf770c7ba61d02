import { canonicalJson } from '@fauna-flags/protocol';
import type { Answer } from '../answer.ts';
import type { BearerCrypto } from '../crypto.ts';
import { readmit } from '../middleware/admit.ts';
import { type JsonObject, readJsonObject } from '../middleware/body.ts';
import { contextFor } from '../middleware/context.ts';
import { matchesEtag } from '../middleware/etag.ts';
import { commonHeaders } from '../middleware/respond.ts';
import { handleFor } from './handle-for.ts';
import type { Asked, Route } from './route.ts';

/** The whole state in one answer: values for a client, the ruleset for a server. */
export const connectRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/connect/client',
    demand: { kinds: ['client'] },
    errors: 'problem',
    handle: connectClient,
  },
  {
    method: 'GET',
    path: '/connect/server',
    demand: { kinds: ['server'] },
    errors: 'problem',
    handle: connectServer,
  },
];

async function connectClient({ caller, request, services }: Asked): Promise<Answer> {
  const body = await readJsonObject(request, services.limits);
  const context = contextFor(body, { caller, services }, { nullIsEmpty: false, signedWithin: 'body' });
  const { positionText, compiled } = readmit(caller, services);
  const flags = compiled.serializeClient(context);
  const etag = etagOf({ keyId: caller.key.id, context, flags }, services.crypto);
  if (matchesEtag(request.headers.get('if-none-match'), etag)) return notModified(etag);
  const handle = body.handle === true ? handleFor({ caller, context }, services) : undefined;
  const stream =
    handle === undefined ? '' : `,"stream":{"url":${JSON.stringify(`/stream/client?h=${handle}`)}}`;
  return json(`{"position":"${positionText}","flags":${flags}${stream}}`, etag);
}

/**
 * The position stays outside: a change that this context does not see must not cost its readers a whole answer. The flags
 * are hashed by themselves, since a text that was added up has to be put together for every text that it becomes part of,
 * but only once when it is read itself first.
 */
function etagOf(
  { keyId, context, flags }: { readonly keyId: string; readonly context: JsonObject; readonly flags: string },
  crypto: BearerCrypto,
): string {
  const content = `${keyId}\n${canonicalJson(context)}\n${crypto.sha256Hex(flags)}`;
  return `"${crypto.sha256Hex(content).slice(0, 32)}"`;
}

function connectServer({ caller, request, services }: Asked): Answer {
  const { positionText, payload } = readmit(caller, services);
  const etag = `"${positionText}"`;
  return matchesEtag(request.headers.get('if-none-match'), etag) ? notModified(etag) : json(payload, etag);
}

function json(body: string | Uint8Array, etag: string): Answer {
  return {
    status: 200,
    headers: { ...commonHeaders, 'Content-Type': 'application/json', ETag: etag },
    body,
  };
}

function notModified(etag: string): Answer {
  return { status: 304, headers: { ...commonHeaders, ETag: etag }, body: null };
}
