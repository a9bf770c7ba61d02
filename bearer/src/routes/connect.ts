import { canonicalJson } from '@fauna-flags/protocol';
import { readmit } from '../middleware/admit.ts';
import { readJsonObject } from '../middleware/body.ts';
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

async function connectClient({ caller, request, services }: Asked): Promise<Response> {
  const body = await readJsonObject(request, services.limits);
  const context = contextFor(body, { caller, services }, { nullIsEmpty: false, signedWithin: 'body' });
  const { positionText, compiled } = readmit(caller, services);
  const contextText = canonicalJson(context);
  const flags = compiled.serializeClient(context);
  // The position stays outside: a change that this context does not see must not cost its readers a whole answer.
  const etag = `"${services.crypto.sha256Hex(`${caller.key.id}\n${contextText}\n${flags}`).slice(0, 32)}"`;
  if (matchesEtag(request.headers.get('if-none-match'), etag)) return notModified(etag);
  const handle = body.handle === true ? handleFor({ caller, context }, services) : undefined;
  const stream =
    handle === undefined ? '' : `,"stream":{"url":${JSON.stringify(`/stream/client?h=${handle}`)}}`;
  return json(`{"position":"${positionText}","flags":${flags}${stream}}`, etag);
}

function connectServer({ caller, request, services }: Asked): Response {
  const { positionText, payload } = readmit(caller, services);
  const etag = `"${positionText}"`;
  return matchesEtag(request.headers.get('if-none-match'), etag) ? notModified(etag) : json(payload, etag);
}

function json(body: string | Uint8Array, etag: string): Response {
  return new Response(body, {
    headers: { ...commonHeaders, 'Content-Type': 'application/json', ETag: etag },
  });
}

function notModified(etag: string): Response {
  return new Response(null, { status: 304, headers: { ...commonHeaders, ETag: etag } });
}
