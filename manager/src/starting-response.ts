import { Problem } from '@fauna-flags/protocol';

/** What is answered while the database is coming up: alive, not ready. */
export function startingResponse(request: Request): Response {
  const { pathname } = new URL(request.url);
  if (pathname === '/healthz') return Response.json({ status: 'live' });
  const problem = new Problem('not_ready', 'Cannot answer yet: Fauna is starting');
  return new Response(JSON.stringify(problem.toBody()), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', 'retry-after': '1', 'cache-control': 'no-store' },
  });
}
