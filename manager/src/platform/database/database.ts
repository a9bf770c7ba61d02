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
  transaction<Result>(work: (tx: Queries) => Promise<Result>): Promise<Result>;
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
async function transaction<Result>(pool: pg.Pool, work: (tx: Queries) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  // The pool listens only while a connection is idle; one that breaks in here would otherwise end the process.
  const onError = () => {};
  client.on('error', onError);
  let broken = false;
  try {
    await client.query('BEGIN');
    const result = await work(drizzle(client, { schema }));
    await client.query('COMMIT');
    return result;
  } catch (error) {
    broken = isUnavailable(error) || !(await rollBack(client));
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

async function rollBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
