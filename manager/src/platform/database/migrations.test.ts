import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { expect, inject, it } from 'vitest';
import { verifyAudit } from '../../features/audit/index.ts';
import { createDatabase, createPool, migrate } from './index.ts';

const migrations = fileURLToPath(new URL('../../../migrations', import.meta.url));

/** The migrations up to one, in a folder of their own. */
async function migrationsUntil(last: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fauna-migrations-'));
  await cp(migrations, folder, { recursive: true });
  const path = join(folder, 'meta', '_journal.json');
  const journal = JSON.parse(await readFile(path, 'utf8')) as { entries: { tag: string }[] };
  const end = journal.entries.findIndex(({ tag }) => tag === last) + 1;
  await writeFile(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, end) }));
  return folder;
}

it('migrations chain the audit trail that was there before there were chains, project by project', async () => {
  const name = `upgraded_${process.pid}_${Date.now()}`;
  const admin = new pg.Client({ connectionString: inject('postgresUrl') });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  const pool = createPool({ url: url.toString() });
  const folder = await migrationsUntil('0005_bearer_heartbeats');
  try {
    await applyMigrations(drizzle(pool), { migrationsFolder: folder });
    // Of three projects and of none, in turn.
    await pool.query(`
      INSERT INTO audit_entries (at, project_id, actor, action, entity_kind, entity_key, after)
      SELECT now(), CASE WHEN n % 4 = 0 THEN NULL ELSE ('00000000-0000-4000-8000-00000000000' || n % 4)::uuid END,
        'ada@example.com', 'flag.create', 'flag', 'flag-' || n, json_build_object('n', n)
      FROM generate_series(1, 40) AS n`);
    await pool.query(`
      INSERT INTO users (id, name, email, email_verified, created_at, updated_at)
      VALUES (gen_random_uuid(), 'Ada', 'ada@example.com', false, now(), now())`);
    await migrate(pool);
    const verdicts = await verifyAudit(createDatabase(pool));
    expect(verdicts.map(({ flaw }) => flaw)).toEqual([undefined, undefined, undefined, undefined]);
    await pool.query(`
      INSERT INTO audit_entries (at, actor, action, entity_kind, entity_key) VALUES (now(), 'a', 'x', 'flag', 'next')`);
    const { rows: chains } = await pool.query('SELECT seq::int FROM audit_chains ORDER BY chain');
    expect(chains.map(({ seq }) => seq)).toEqual([11, 10, 10, 10]);
    const { rows } = await pool.query('SELECT is_owner, email_verified FROM users');
    expect(rows).toEqual([{ is_owner: true, email_verified: true }]);
  } finally {
    await pool.end();
    await rm(folder, { recursive: true });
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  }
});
