import { Problem } from '@fauna-flags/protocol';
import type { Database } from './platform/database/index.ts';
import type { Fetch } from './platform/fetch.ts';
import { problemResponse } from './platform/http/index.ts';

/** A database that takes longer than this to say one word counts as away. */
const databasePatienceMs = 1_000;

/**
 * `/healthz` (the process lives) and `/readyz` (it has rulesets to serve; whether the database answers is told beside it,
 * and does not decide: evaluation and streams need none).
 */
export function readiness({
  database,
  status,
}: {
  readonly database: Database;
  /** How the bearer of this process does. */
  readonly status: () => { readonly ready: boolean };
}): Fetch {
  return async (request) => {
    const pathname = new URL(request.url).pathname.replace(/^\/+/, '/');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return problemResponse(new Problem('method_not_allowed', 'Cannot use this method here'), {
        allow: 'GET, HEAD',
      });
    }
    switch (pathname) {
      case '/healthz':
        return answer(200, { status: 'live' });
      case '/readyz': {
        const bearer = status();
        const databaseState = (await isReachable(database)) ? 'up' : 'away';
        return answer(bearer.ready ? 200 : 503, { ...bearer, database: databaseState });
      }
      default:
        return problemResponse(new Problem('not_found', 'Cannot find this path'));
    }
  };
}

function isReachable(database: Database): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), databasePatienceMs);
    database.pool
      .query('SELECT 1')
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(() => clearTimeout(timer));
  });
}

function answer(status: number, body: object): Response {
  return Response.json(body, { status, headers });
}

const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;
