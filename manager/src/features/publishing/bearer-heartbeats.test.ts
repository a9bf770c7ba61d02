import { type Heartbeat, heartbeatLifeMs, type ReceivedHeartbeat } from '@fauna-flags/protocol';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { heartbeatOf } from '../../../../bearer/src/testing/heartbeat-of.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { postgresHeartbeats, withHeartbeatsOf } from './bearer-heartbeats.ts';
import { memoryStore } from './memory-store.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterEach(() => test.database.read.execute(sql`DELETE FROM bearer_heartbeats`));
afterAll(() => test.close());

const idsOf = (all: readonly ReceivedHeartbeat[]) => all.map(({ heartbeat }) => heartbeat.id).sort();
const age = (seconds: number) =>
  test.database.read.execute(
    sql`UPDATE bearer_heartbeats SET received_at = received_at - make_interval(secs => ${seconds})`,
  );
const rows = async () =>
  Number((await test.database.read.execute(sql`SELECT count(*) AS n FROM bearer_heartbeats`)).rows[0]?.n);

describe('postgresHeartbeats()', () => {
  it('keeps the newest of each bearer, whole, for all managers of the database', async () => {
    const [one, other] = [postgresHeartbeats(test.database), postgresHeartbeats(test.database)];
    const documents = { keys: { position: `5-1-${'a'.repeat(64)}`, staleMs: null } };
    await one.keep(heartbeatOf('bearer-a', { streams: 1 }));
    await other.keep(heartbeatOf('bearer-a', { streams: 2, documents }));
    const [received, ...more] = await one.all();
    expect(more).toEqual([]);
    expect(received?.heartbeat).toEqual(heartbeatOf('bearer-a', { streams: 2, documents }));
    expect(received?.ageMs).toBeLessThan(5_000);
  });

  it('tells how long ago each came, and forgets a bearer that is silent for 15 s', async () => {
    const heartbeats = postgresHeartbeats(test.database);
    await heartbeats.keep(heartbeatOf('bearer-a'));
    await age(10);
    expect((await heartbeats.all())[0]?.ageMs).toBeGreaterThanOrEqual(10_000);
    await age(6);
    expect(await heartbeats.all()).toEqual([]);
  });

  it('sweeps away what is old, and stays bounded while somebody makes up names', async () => {
    const heartbeats = postgresHeartbeats(test.database);
    await test.database.read.execute(sql`
      INSERT INTO bearer_heartbeats SELECT 'made-up-' || n, '{}', clock_timestamp() FROM generate_series(1, 1000) AS n`);
    await heartbeats.keep(heartbeatOf('one-more'));
    expect(await rows()).toBe(1_000);
    await age((4 * heartbeatLifeMs) / 1_000 + 1);
    expect(await heartbeats.all()).toEqual([]);
    expect(await rows()).toBe(0);
    await heartbeats.keep(heartbeatOf('bearer-a'));
    await heartbeats.keep(heartbeatOf('bearer-a'));
    expect(await rows()).toBe(1);
  });

  it('leaves out what it cannot read as a heartbeat', async () => {
    const heartbeats = postgresHeartbeats(test.database);
    await test.database.read.execute(
      sql`INSERT INTO bearer_heartbeats VALUES ('of-another-version', '{"schema":2}', clock_timestamp())`,
    );
    await heartbeats.keep(heartbeatOf('bearer-a'));
    expect(idsOf(await heartbeats.all())).toEqual(['bearer-a']);
  });
});

describe('withHeartbeatsOf()', () => {
  const received = (id: string, ageMs: number, more: Partial<Heartbeat> = {}): ReceivedHeartbeat => ({
    heartbeat: heartbeatOf(id, more),
    ageMs,
  });
  const shelf = { read: () => undefined, put: () => {}, remove: () => {}, documents: () => [] };

  it('tells of all bearers, and of one that has gone from the store to a manager the newest', async () => {
    const stored = [received('a', 100), received('b', 9_000, { source: 'store' })];
    const posted = [received('b', 500, { source: 'fallback' }), received('c', 0)];
    const store = withHeartbeatsOf(memoryStore(shelf, { heartbeats: () => stored }), {
      all: async () => posted,
    });
    const told = await store.heartbeats();
    expect(told.map(({ heartbeat, ageMs }) => [heartbeat.id, heartbeat.source, ageMs])).toEqual([
      ['a', 'store', 100],
      ['b', 'fallback', 500],
      ['c', 'store', 0],
    ]);
  });

  it('tells of those that were posted while the store is away', async () => {
    const away = memoryStore(shelf);
    await away.close();
    const store = withHeartbeatsOf(away, { all: async () => [received('c', 0)] });
    expect(idsOf(await store.heartbeats())).toEqual(['c']);
  });
});
