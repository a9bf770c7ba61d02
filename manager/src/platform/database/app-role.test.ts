import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { createPool, migrate, schemaStateOf, workAsAppRole } from './index.ts';

/** A database of an account that is no superuser, as providers give one. */
async function withAccount(rights: string, work: (url: string) => Promise<void>): Promise<void> {
  const name = `account_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: inject('postgresUrl') });
  await admin.connect();
  await admin.query(`CREATE ROLE ${name} LOGIN ${rights} PASSWORD 'x'`);
  await admin.query(`CREATE DATABASE ${name} OWNER ${name}`);
  const url = new URL(inject('postgresUrl'));
  Object.assign(url, { username: name, password: 'x', pathname: `/${name}` });
  try {
    await work(url.toString());
  } finally {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.query(`DROP OWNED BY ${name}`);
    await admin.query(`DROP ROLE ${name}`);
    await admin.end();
  }
}

let test: TestDatabase;
beforeAll(async () => {
  // The server has the role from here on.
  test = await createTestDatabase();
});
afterAll(() => test.close());

describe('S-35 an account of the database that is no superuser', () => {
  it('confines the application when it may make roles, or when somebody has given it the role', async () => {
    const admin = new pg.Client({ connectionString: inject('postgresUrl') });
    await admin.connect();
    // Whoever has made the role is its member in this way alone, from Postgres 16 on.
    const asItsMaker = 'WITH ADMIN TRUE, INHERIT FALSE, SET FALSE';
    for (const [rights, grant] of [
      ['CREATEROLE', asItsMaker],
      ['NOCREATEROLE', ''],
    ] as const)
      await withAccount(rights, async (url) => {
        await admin.query(`GRANT fauna_app TO ${new URL(url).username} ${grant}`);
        for (let start = 0; start < 2; start += 1) {
          const pool = createPool({ url });
          expect(await migrate(pool)).toEqual({ hasAppRole: true });
          expect(await schemaStateOf(pool)).toEqual({
            isCurrent: true,
            isNewer: false,
            isUnused: false,
            hasAppRole: true,
          });
          await pool.end();
          const working = createPool({ url });
          workAsAppRole(working);
          expect((await working.query('SELECT current_user AS name')).rows).toEqual([{ name: 'fauna_app' }]);
          await expect(working.query('DELETE FROM audit_entries')).rejects.toMatchObject({ code: '42501' });
          await working.end();
        }
      });
    await admin.end();
  });

  it('does nothing at all as itself where the application was to be confined and cannot be any more', async () => {
    await withAccount('NOCREATEROLE', async (url) => {
      const pool = createPool({ url });
      workAsAppRole(pool);
      await expect(pool.query('CREATE TABLE written (n int)')).rejects.toMatchObject({ code: '42501' });
      await pool.end();
      const looking = createPool({ url });
      expect((await looking.query("SELECT to_regclass('written') AS it")).rows).toEqual([{ it: null }]);
      await looking.end();
    });
  });

  it('works with all its rights when it may not', async () => {
    await withAccount('NOCREATEROLE', async (url) => {
      const pool = createPool({ url });
      expect(await migrate(pool)).toEqual({ hasAppRole: false });
      await pool.end();
    });
  });
});
