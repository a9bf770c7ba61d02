import { Problem, type ProblemBody } from '@fauna-flags/protocol';
import { DrizzleQueryError } from 'drizzle-orm/errors';
import type { Context } from 'hono';
import pg from 'pg';
import { isUnavailable } from '../database/index.ts';
import type { ApiEnv } from './authenticate.ts';

/** How long a client should wait before it asks a database again that was away. */
const retryAfterSeconds = 2;

/** How often an outage of the database is logged. */
const noticeEveryMs = 5_000;

/** Where unexpected errors are logged: once, here, with ids and never with bodies. */
export interface Log {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** What a log line says of the request that it is about. */
interface RequestPlace {
  readonly id?: string;
  readonly method: string;
  readonly path: string;
}

/** Turns whatever was thrown into a problem: the one place where errors meet HTTP. */
export function toProblem(error: unknown, log: Log, at: RequestPlace): Problem {
  if (error instanceof Problem) return error;
  if (isUnavailable(error)) {
    noteUnavailable(error, log, at);
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

/** When each log last heard that the database is away, and how many requests have met with it since. */
const notices = new WeakMap<Log, { readonly at: number; unlogged: number }>();

/** Every request meets with an outage; the log hears of it every few seconds, and without where in the code it was met. */
function noteUnavailable(error: unknown, log: Log, at: RequestPlace): void {
  const now = performance.now();
  const last = notices.get(log);
  if (last !== undefined && now - last.at < noticeEveryMs) {
    last.unlogged += 1;
    return;
  }
  notices.set(log, { at: now, unlogged: 0 });
  log.warn({ ...at, reason: reasonOf(error), unlogged: last?.unlogged ?? 0 }, 'Database is unavailable');
}

/** What lies at the bottom of it: everything above repeats the query, and with it people's values. */
function reasonOf(error: unknown): string {
  let at = error;
  for (let depth = 0; at instanceof Error && at.cause instanceof Error && depth < 5; depth += 1)
    at = at.cause;
  if (!(at instanceof Error) || at instanceof DrizzleQueryError) return 'unknown';
  const code = 'code' in at && typeof at.code === 'string' ? at.code : at.name;
  return at.message === '' ? code : at.message;
}

/**
 * An error as logs may hold it: a query that failed brings its values along, and what Postgres says of them quotes them, in
 * the message as well as in `detail`; among them are people's.
 */
function loggable(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error) || depth > 5) return error;
  if (error instanceof DrizzleQueryError)
    return new Error(`Failed query: ${error.query}`, { cause: loggable(error.cause, depth + 1) });
  if (error instanceof pg.DatabaseError) {
    const { code, schema, table, column, dataType, constraint, routine } = error;
    const parts = { code, schema, table, column, dataType, constraint, routine };
    return Object.assign(new Error(`Postgres answered ${code}`), JSON.parse(JSON.stringify(parts)));
  }
  if (error.cause === undefined) return error;
  return Object.assign(new Error(error.message, { cause: loggable(error.cause, depth + 1) }), {
    name: error.name,
    stack: error.stack,
  });
}

/** Answers a request of the API with a problem, under the id that the log knows it by. */
export function answerProblem(
  c: Context<ApiEnv>,
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return respond({ ...problem.toBody(), id: c.get('requestId') }, problem, headers);
}

/** A problem as it goes over the wire. */
export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return respond(problem.toBody(), problem, headers);
}

function respond(body: ProblemBody, problem: Problem, headers: Readonly<Record<string, string>>): Response {
  const { retryAfterSeconds } = problem.extras;
  return new Response(JSON.stringify(body), {
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
