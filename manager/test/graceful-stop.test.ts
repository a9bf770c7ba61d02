import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { eventually, FaunaProcess } from './support/fauna-process.ts';

describe('a manager that is told to stop', { timeout: 120_000 }, () => {
  let test: TestDatabase;
  let fauna: FaunaProcess;
  let holder: pg.Client;
  beforeEach(async () => {
    test = await createTestDatabase();
    fauna = await FaunaProcess.prepare();
    await fauna.start({ DATABASE_URL: test.url });
    holder = new pg.Client({ connectionString: test.url });
    holder.on('error', () => {});
    await holder.connect();
  });
  afterEach(async () => {
    await holder.end();
    await fauna.dispose();
    await test.close();
  });

  /** A live stream that is open, and a change that waits for a row that somebody else holds. */
  async function begin() {
    const headers = { authorization: `Bearer ${fauna.adminToken}` };
    const live = await fetch(`${fauna.url}/api/v1/live`, { headers });
    await holder.query('BEGIN; SELECT 1 FROM projects FOR UPDATE');
    const answer = fauna.api('PATCH', '/projects/default', { name: 'In flight' }, { 'if-match': '*' }).then(
      ({ status }) => status,
      () => 'cut',
    );
    await eventually(async () => {
      const { rowCount } = await holder.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      return rowCount !== 0;
    });
    return { answer, streamEnded: live.text() };
  }

  it('ends its streams, finishes the request that is in flight, and ends with 0', async () => {
    const { answer, streamEnded } = await begin();
    const ended = fauna.end('SIGTERM');
    await streamEnded;
    await holder.query('ROLLBACK');
    expect(await answer).toBe(200);
    expect(await ended).toBe(0);
    const { rows } = await holder.query("SELECT name FROM projects WHERE key = 'default'");
    expect(rows).toEqual([{ name: 'In flight' }]);
    await eventually(async () => {
      const { rowCount } = await holder.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'fauna-manager' AND pid <> pg_backend_pid()",
      );
      return rowCount === 0 || undefined;
    });
  });

  it('ends at once when it is told so again', async () => {
    const { answer, streamEnded } = await begin();
    const ended = fauna.end('SIGTERM');
    await streamEnded;
    process.kill(fauna.pid, 'SIGTERM');
    expect(await ended).toBe(130);
    expect(await answer).toBe('cut');
  });
});
