import { Problem } from '@fauna-flags/protocol';
import { answerAnyone } from './answer-anyone.ts';

/** What is answered while the database is coming up: alive, not ready. Preflights are answered as ever. */
export function startingResponse(request: Request): Response {
  const { pathname } = new URL(request.url);
  if (pathname === '/healthz' && request.method !== 'OPTIONS') return Response.json({ status: 'live' });
  const problem = new Problem('not_ready', 'Cannot answer yet: Fauna is starting', { retryAfterSeconds: 1 });
  return answerAnyone(request, problem);
}
