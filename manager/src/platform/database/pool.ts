import pg from 'pg';

/** What a pool needs to know; `onError` hears of idle connections that broke. */
export interface PoolOptions {
  readonly url: string;
  readonly connectionsMax?: number;
  readonly connectTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
  readonly onError?: (error: Error) => void;
}

/**
 * A pool on which nothing waits for ever: a database that is away, locked or frozen becomes an error within seconds,
 * which the API answers as 503 `retryable`.
 *
 * Postgres enforces the first two timeouts; the client-side one, a little longer, catches a server that no longer
 * answers at all.
 */
export function createPool({
  url,
  connectionsMax = 10,
  statementTimeoutMs = 5_000,
  connectTimeoutMs = 5_000,
  lockTimeoutMs = 3_000,
  onError = () => {},
}: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    // Also how long a request waits in line for a connection, so that a burst of writers is not turned away.
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    query_timeout: statementTimeoutMs + 1_000,
    // A manager that dies in the middle of a transaction must not hold its locks until TCP notices.
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
    // Statements that wait for no answer of one another share a turn of the network.
    pipeline: true,
    application_name: 'fauna-manager',
  });
  // Without a listener, an idle connection that breaks would end the process.
  pool.on('error', onError);
  return pool;
}
