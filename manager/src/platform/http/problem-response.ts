import { Problem } from '@fauna-flags/protocol';
import { DrizzleQueryError } from 'drizzle-orm/errors';
import { isUnavailable } from '../database/index.ts';

/** How long a client should wait before it asks a database again that was away. */
const retryAfterSeconds = 2;

/** Where unexpected errors are logged: once, here, with ids and never with bodies. */
export interface Log {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Turns whatever was thrown into a problem: the one place where errors meet HTTP. */
export function toProblem(error: unknown, log: Log, at: { method: string; path: string }): Problem {
  if (error instanceof Problem) return error;
  if (isUnavailable(error)) {
    log.warn({ ...at, err: loggable(error) }, 'Database is unavailable');
    return new Problem('retryable', 'Cannot reach the database just now: try again', {
      retryAfterSeconds,
      cause: error,
    });
  }
  log.error({ ...at, err: loggable(error) }, 'Unexpected error');
  return new Problem('internal', 'Cannot answer: something unexpected happened, and it was logged', {
    cause: error,
  });
}

/** An error as logs may hold it: a query that failed brings its values along, and among them are people's. */
function loggable(error: unknown): unknown {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof DrizzleQueryError) return new Error(`Failed query: ${at.query}`, { cause: at.cause });
  }
  return error;
}

/** A problem as it goes over the wire. */
export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  const { retryAfterSeconds } = problem.extras;
  return new Response(JSON.stringify(problem.toBody()), {
    status: problem.status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      // The rest of a body that is too large is never read, so that nothing more can come over this connection.
      ...(problem.status === 413 ? { Connection: 'close' } : {}),
      ...(problem.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
      ...headers,
    },
  });
}
