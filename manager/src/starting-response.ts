import { Problem } from '@fauna-flags/protocol';
import { problemResponse } from './platform/http/index.ts';

/** The same for every origin: what is answered here holds no secret, and a page must be able to read "not yet". */
const cors = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Retry-After',
} as const;

const preflightHeaders = {
  ...cors,
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers': 'authorization, content-type, x-api-key, if-none-match, last-event-id',
} as const;

/** What is answered while the database is coming up: alive, not ready. Preflights are answered as ever. */
export function startingResponse(request: Request): Response {
  if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: preflightHeaders });
  const { pathname } = new URL(request.url);
  if (pathname === '/healthz') return Response.json({ status: 'live' });
  return problemResponse(
    new Problem('not_ready', 'Cannot answer yet: Fauna is starting', { retryAfterSeconds: 1 }),
    cors,
  );
}
