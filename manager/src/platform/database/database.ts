import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import * as schema from './schema/index.ts';
import { isUnavailable } from './unavailable.ts';

/** Something that runs queries: the database outside, or one transaction. */
export type Queries = NodePgDatabase<typeof schema>;

/** The manager's database. Both ways in are bounded by the pool's timeouts. */
export interface Database {
  readonly pool: pg.Pool;
  /** Single statements, each a transaction of its own. */
  readonly read: Queries;
  /** Runs `work` in one READ COMMITTED transaction: commits when it resolves, rolls back when it rejects. */
  transaction<Result>(work: Work<Result>): Promise<Result>;
}

/**
 * What is done in a transaction. Statements whose answer nobody needs are given to `later`: they are sent at once, in the
 * order in which they are given, and nobody waits for a turn of the network for each. The commit does: where one of them
 * fails, so does the transaction.
 */
export type Work<Result> = (tx: Queries, later: Later) => Promise<Result>;

/** Sends a statement now whose outcome is waited for at the commit. */
export type Later = (statement: Statement) => void;

/** A statement as Drizzle builds it. */
export interface Statement {
  toSQL(): { readonly sql: string; readonly params: unknown[] };
}

/** Wraps a pool. The pool belongs to the caller, who ends it. */
export function createDatabase(pool: pg.Pool): Database {
  return {
    pool,
    read: drizzle(pool, { schema }),
    transaction: (work) => transaction(pool, work),
  };
}

/*
 * Written out instead of taken from Drizzle: its transaction would send ROLLBACK down a connection that no longer
 * answers, wait for that to time out too, and give the broken connection back to the pool.
 */
async function transaction<Result>(pool: pg.Pool, work: Work<Result>): Promise<Result> {
  const client = await pool.connect();
  // The pool listens only while a connection is idle; one that breaks in here would otherwise end the process.
  const onError = () => {};
  client.on('error', onError);
  let broken = false;
  const sent: Promise<unknown>[] = [];
  const later: Later = (statement) => {
    // Past Drizzle, whose own ways take turns of their own: what is sent later must not be there sooner.
    const { sql, params } = statement.toSQL();
    const outcome = client.query(sql, params);
    outcome.catch(() => {});
    sent.push(outcome);
  };
  try {
    await client.query('BEGIN');
    const result = await work(queriesOf(client), later);
    // A transaction in which something has failed ends at a COMMIT too, and only what has failed says so.
    const [commit] = await Promise.all([client.query('COMMIT'), ...sent]);
    if (commit.command !== 'COMMIT')
      throw new Error('The transaction was rolled back: something in it had failed');
    return result;
  } catch (caught) {
    const error = await firstFailure(sent, caught);
    broken = isUnavailable(error) || !(await rollBack(client));
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

const queriesByClient = new WeakMap<pg.PoolClient, Queries>();

/** One for each connection: making it costs as much as a statement. */
function queriesOf(client: pg.PoolClient): Queries {
  const known = queriesByClient.get(client);
  if (known !== undefined) return known;
  const queries = drizzle(client, { schema });
  queriesByClient.set(client, queries);
  return queries;
}

/** Whatever comes behind a statement that has failed fails because of it. */
async function firstFailure(sent: readonly Promise<unknown>[], otherwise: unknown): Promise<unknown> {
  const outcomes = await Promise.allSettled(sent);
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  return failure === undefined ? otherwise : failure.reason;
}

async function rollBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
