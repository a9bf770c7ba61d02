import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { appRole, grantAppRole, mayWorkAs } from './app-role.ts';

/** Any number, the same in all managers: whoever holds this advisory lock migrates. */
const migrationLock = 7_210_331_904;

/** The same from the sources and from `dist`. */
const migrationsFolder = fileURLToPath(new URL('../../../migrations', import.meta.url));

/**
 * Brings the database to the newest schema. Managers that start at once wait for each other, and all but the first find
 * nothing to do. Runs on a connection of its own without the pool's timeouts: a migration may take its time.
 *
 * Answers whether the application can work as a role that cannot change the audit trail.
 */
export async function migrate(pool: pg.Pool): Promise<{ readonly hasAppRole: boolean }> {
  const client = new pg.Client({
    ...pool.options,
    // The pool hides its password from enumeration, so that the spread above leaves it out.
    password: pool.options.password,
    statement_timeout: 0,
    lock_timeout: 0,
    query_timeout: 0,
    idle_in_transaction_session_timeout: 0,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    await applyMigrations(drizzle(client), { migrationsFolder });
    return { hasAppRole: await grantAppRole(client) };
  } finally {
    // Ending the session frees the lock.
    await client.end();
  }
}

/**
 * Whether the database has exactly the schema of this version, or a newer one, or none yet, and whether there is the role to work as. For
 * programs that work beside managers and must not change the schema under them.
 */
export async function schemaStateOf(pool: pg.Pool): Promise<{
  readonly isCurrent: boolean;
  readonly isNewer: boolean;
  readonly isUnused: boolean;
  readonly hasAppRole: boolean;
}> {
  const ours = readMigrationFiles({ migrationsFolder }).at(-1)?.folderMillis;
  const { rows: tables } = await pool.query<{ known: boolean; role: boolean }>(`
    SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS known,
      CASE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = '${appRole}') THEN ${mayWorkAs} ELSE false END AS role`);
  const hasAppRole = tables[0]?.role === true;
  if (tables[0]?.known !== true) return { isCurrent: false, isNewer: false, isUnused: true, hasAppRole };
  const { rows } = await pool.query<{ newest: string | null }>(
    'SELECT max(created_at)::text AS newest FROM drizzle.__drizzle_migrations',
  );
  const newest = Number(rows[0]?.newest);
  return { isCurrent: newest === ours, isNewer: newest > (ours ?? 0), isUnused: false, hasAppRole };
}
