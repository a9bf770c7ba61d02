import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { AuditTail } from './audit-tail.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

const insert = (count: number, prefix: string) =>
  test.database.pool.query(
    `INSERT INTO audit_entries (at, actor, action, entity_kind, entity_key)
     SELECT now(), 'a', 'flag.create', 'flag', $2 || n FROM generate_series(1, $1) AS n`,
    [count, prefix],
  );
const keys = (changes: Awaited<ReturnType<AuditTail['read']>>) => changes.map(({ entity }) => entity.key);

describe('AuditTail', () => {
  it('begins behind what there is, and tells every entry once, however many and however late', async () => {
    let nowMs = 0;
    await insert(3_000, 'old-');
    const tail = await AuditTail.start(test.database, () => nowMs);
    expect(await tail.read()).toEqual([]);
    await insert(1_200, 'new-');
    const told: string[] = [];
    for (let read = 0; read < 5; read += 1) told.push(...keys(await tail.read()));
    expect(told).toEqual(Array.from({ length: 1_200 }, (_, index) => `new-${index + 1}`));
    nowMs += 60_000;
    expect(await tail.read()).toEqual([]);
    expect(await tail.read()).toEqual([]);
    await insert(1, 'later-');
    expect(keys(await tail.read())).toEqual(['later-1']);
  });

  it('tells an entry that commits seconds after a higher one, within what a transaction may take', async () => {
    let nowMs = 0;
    const tail = await AuditTail.start(test.database, () => nowMs);
    const slow = await test.database.pool.connect();
    await slow.query('BEGIN');
    await slow.query(
      // Of another project: those of one are committed in the order of their ids.
      `INSERT INTO audit_entries (at, project_id, actor, action, entity_kind, entity_key)
       VALUES (now(), gen_random_uuid(), 'a', 'x', 'flag', 'slow')`,
    );
    await insert(2, 'fast-');
    expect(keys(await tail.read())).toEqual(['fast-1', 'fast-2']);
    nowMs += 10_000;
    expect(await tail.read()).toEqual([]);
    await slow.query('COMMIT');
    slow.release();
    expect(keys(await tail.read())).toEqual(['slow']);
    expect(await tail.read()).toEqual([]);
  });
});
