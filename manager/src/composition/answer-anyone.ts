import type { Problem } from '@fauna-flags/protocol';
import { problemResponse } from '../platform/http/index.ts';

/** The same for every origin: what is answered here holds no secret, and a page must be able to read it. */
const cors = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Retry-After',
} as const;

const preflightHeaders = {
  ...cors,
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers': 'authorization, content-type, x-api-key, if-none-match, last-event-id',
} as const;

/** Answers a problem to pages of any origin; their preflights are answered as if there were none. */
export function answerAnyone(request: Request, problem: Problem): Response {
  if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: preflightHeaders });
  return problemResponse(problem, cors);
}
