import { Problem } from '@fauna-flags/protocol';
import type { Database } from '../platform/database/index.ts';
import type { Fetch } from '../platform/fetch.ts';
import { problemResponse } from '../platform/http/index.ts';

/** A database that takes longer than this to say one word counts as away. */
const databasePatienceMs = 1_000;

/**
 * `/healthz` (the process lives) and `/readyz` (it can do its work).
 *
 * With a bearer in the process, its work is to serve rulesets: whether the database answers is told beside it and does not
 * decide, since evaluation and streams need none. Without one, its work is the API, which needs the database; whether the
 * store answers does not decide, since what is written meanwhile is published once it does.
 */
export function readiness({
  database,
  bearer,
  isStoreUp,
}: {
  readonly database: Database;
  /** How the bearer of this process does, if there is one. */
  readonly bearer: () => { readonly ready: boolean } | undefined;
  /** Whether what bearers elsewhere read from could be reached. */
  readonly isStoreUp: () => boolean;
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
        const isDatabaseUp = await isReachable(database);
        const status = bearer() ?? { ready: isDatabaseUp, store: isStoreUp() ? 'up' : 'away' };
        return answer(status.ready ? 200 : 503, { ...status, database: isDatabaseUp ? 'up' : 'away' });
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
