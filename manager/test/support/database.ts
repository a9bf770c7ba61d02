import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { inject } from 'vitest';
import {
  createDatabase,
  createPool,
  type Database,
  migrate,
  workAsAppRole,
} from '../../src/platform/database/index.ts';

/** A real database of one test file's own, migrated. */
export interface TestDatabase {
  readonly database: Database;
  readonly url: string;
  /** Runs a statement with every right, as whoever owns the database may: what the application itself cannot. */
  asOwner(statement: string): Promise<unknown>;
  /** Ends the pool and drops the database. */
  close(): Promise<void>;
}

/** Clones a migrated database in milliseconds: the migrations run once a run, into a template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = inject('postgresUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asAdmin(serverUrl, async (admin) => {
    // Postgres clones a template only while nobody else is connected to it, so that one file clones at a time.
    await admin.query('SELECT pg_advisory_lock(42)');
    const template = await ensureTemplate(admin, serverUrl);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  const url = urlOf(serverUrl, name);
  const pool = createPool({ url });
  workAsAppRole(pool);
  return {
    database: createDatabase(pool),
    url,
    asOwner: (statement) => asAdmin(url, (owner) => owner.query(statement)),
    async close() {
      await pool.end();
      await asAdmin(serverUrl, (admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

async function ensureTemplate(admin: pg.Client, serverUrl: string): Promise<string> {
  const journal = await readFile(new URL('../../migrations/meta/_journal.json', import.meta.url));
  const template = `template_${createHash('sha256').update(journal).digest('hex').slice(0, 16)}`;
  const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
  if (rowCount !== 0) return template;
  await admin.query(`CREATE DATABASE ${template}_new`);
  const pool = createPool({ url: urlOf(serverUrl, `${template}_new`) });
  await migrate(pool);
  await pool.end();
  // Renamed only when whole: a run that is cut off leaves no half-made template.
  await admin.query(`ALTER DATABASE ${template}_new RENAME TO ${template}`);
  return template;
}

async function asAdmin<Result>(url: string, work: (admin: pg.Client) => Promise<Result>): Promise<Result> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.toString();
}
