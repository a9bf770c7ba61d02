import fc from 'fast-check';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import type { ChainEnd } from './audit-chain.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { installationChain, verifyAudit } from './verify-audit.ts';

const one = '11111111-1111-4111-8111-111111111111';
const two = '22222222-2222-4222-8222-222222222222';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
afterEach(() => test.asOwner(forged('TRUNCATE audit_entries, audit_chains')));

/** What only whoever owns the tables can do, and what leaves no trace but in the chain. */
function forged(statements: string): string {
  return `ALTER TABLE audit_entries DISABLE TRIGGER USER; ${statements}; ALTER TABLE audit_entries ENABLE TRIGGER USER`;
}

async function write(projectId: string | null, count: number, text = 'plain'): Promise<void> {
  for (let each = 0; each < count; each += 1)
    await test.database.pool.query(
      `INSERT INTO audit_entries (at, project_id, environment, actor, address, token, action, entity_kind, entity_key, before, after)
       VALUES ('2030-01-01T00:00:00.123Z', $1, 'production', $2, '127.0.0.1', NULL, 'flag.update', 'flag', $3, NULL, $4)`,
      [projectId, text, `flag-${each}`, JSON.stringify({ text, each })],
    );
}

const verify = () => verifyAudit(test.database);

/** The first flaw of each chain that has one. */
async function flaws(): Promise<unknown[]> {
  const verdicts = await verify();
  return verdicts.flatMap(({ chain, flaw }) => (flaw === undefined ? [] : [{ chain, ...flaw }]));
}

async function idOf(projectId: string, seq: number): Promise<string> {
  const { rows } = await test.database.pool.query(
    'SELECT id::text FROM audit_entries WHERE project_id = $1 AND seq = $2',
    [projectId, seq],
  );
  return rows[0].id;
}

describe('S-35 the verification of the audit trail', () => {
  beforeEach(async () => {
    await write(null, 2);
    await write(one, 5);
    await write(two, 3);
  });

  it('finds every chain whole, and tells how long it is and where it ends', async () => {
    const verdicts = await verify();
    expect(verdicts.map(({ chain, entries, flaw }) => [chain, entries, flaw])).toEqual([
      [installationChain, 2, undefined],
      [one, 5, undefined],
      [two, 3, undefined],
    ]);
    expect(verdicts[1]?.end.hash).toHaveLength(32);
  });

  it('finds it whole over more entries than it reads at once', async () => {
    await test.database.pool.query(
      `INSERT INTO audit_entries (at, project_id, actor, action, entity_kind, entity_key, after)
       SELECT now(), $1, 'somebody', 'flag.update', 'flag', 'f' || n, json_build_object('n', n) FROM generate_series(1, 250) AS n`,
      [one],
    );
    expect(await flaws()).toEqual([]);
    await test.asOwner(
      forged(`UPDATE audit_entries SET actor = 'x' WHERE project_id = '${one}' AND seq = 231`),
    );
    expect(await flaws()).toEqual([{ chain: one, kind: 'edited', seq: '231', id: await idOf(one, 231) }]);
  });

  it('holds no more of it than some documents at once, however heavy they are', async () => {
    await test.database.pool.query(
      `INSERT INTO audit_entries (at, project_id, actor, action, entity_kind, entity_key, after)
       SELECT now(), $1, 'somebody', 'flag.update', 'flag', 'f' || n, json_build_object('text', repeat('x', 400000 * n)) FROM generate_series(1, 4) AS n`,
      [one],
    );
    const bytes: number[] = [];
    const pool: Pick<pg.Pool, 'connect'> = {
      connect: async () => {
        const client = await test.database.pool.connect();
        const { query } = client;
        vi.spyOn(client, 'query').mockImplementation(async (...args: unknown[]) => {
          const result = await Reflect.apply(query, client, args);
          bytes.push(JSON.stringify(result.rows ?? []).length);
          return result;
        });
        return client;
      },
    };
    try {
      const verdicts = await verifyAudit({ pool: pool as pg.Pool });
      expect(verdicts.map(({ entries, flaw }) => [entries, flaw])).toContainEqual([9, undefined]);
      // The heaviest one alone.
      expect(Math.max(...bytes)).toBeLessThan(1_610_000);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it('names the entry that was edited', async () => {
    const id = await idOf(one, 3);
    await test.asOwner(forged(`UPDATE audit_entries SET actor = 'somebody-else' WHERE id = ${id}`));
    expect(await flaws()).toEqual([{ chain: one, kind: 'edited', seq: '3', id }]);
  });

  it('names the place of an entry that was deleted from the middle', async () => {
    await test.asOwner(forged(`DELETE FROM audit_entries WHERE project_id = '${one}' AND seq = 3`));
    expect(await flaws()).toEqual([{ chain: one, kind: 'missing', seq: '3' }]);
  });

  it('names the place at which entries were cut off at the end', async () => {
    await test.asOwner(forged(`DELETE FROM audit_entries WHERE project_id = '${one}' AND seq > 3`));
    expect(await flaws()).toEqual([{ chain: one, kind: 'cut off', seq: '4' }]);
  });

  it('misses a chain that was deleted whole', async () => {
    await test.asOwner(forged(`DELETE FROM audit_entries WHERE project_id = '${one}'`));
    expect(await flaws()).toEqual([{ chain: one, kind: 'cut off', seq: '1' }]);
  });

  it.each(['seq = other.seq', 'seq = other.seq, hash = other.hash'])(
    'names the first of entries that have changed places: %s',
    async (columns) => {
      await test.asOwner(
        forged(`
        CREATE TEMPORARY TABLE swapped AS SELECT * FROM audit_entries WHERE project_id = '${one}' AND seq IN (2, 4);
        UPDATE audit_entries SET seq = -seq WHERE id IN (SELECT id FROM swapped);
        UPDATE audit_entries AS entry SET ${columns} FROM swapped AS other
          WHERE entry.id IN (SELECT id FROM swapped) AND other.seq = 6 + entry.seq`),
      );
      expect(await flaws()).toEqual([{ chain: one, kind: 'out of order', seq: '2', id: await idOf(one, 2) }]);
    },
  );

  it('names what was put in past the chain: behind it, before it, in place of another, or where no chain is', async () => {
    const put = async (projectId: string | null, seq: number) => {
      await test.asOwner(
        forged(`INSERT INTO audit_entries (id, at, project_id, actor, action, entity_kind, entity_key, seq, hash)
          VALUES (900, now(), ${projectId === null ? 'NULL' : `'${projectId}'`}, 'x', 'x', 'x', 'x', ${seq}, sha256('x'))`),
      );
      const found = await flaws();
      await test.asOwner(forged('DELETE FROM audit_entries WHERE id = 900'));
      expect(await flaws()).toEqual([]);
      return found;
    };
    const surplus = { kind: 'surplus', id: '900' };
    expect(await put(one, 6)).toEqual([{ chain: one, seq: '6', ...surplus }]);
    expect(await put(one, 0)).toEqual([{ chain: one, seq: '0', ...surplus }]);
    expect(await put(null, 2)).toEqual([{ chain: installationChain, seq: '2', ...surplus }]);
    expect(await put(installationChain, 1)).toEqual([{ chain: installationChain, seq: '1', ...surplus }]);
    const nobody = '33333333-3333-4333-8333-333333333333';
    expect(await put(nobody, 1)).toEqual([{ chain: nobody, seq: '1', ...surplus }]);
  });

  it('notices an end that was changed', async () => {
    await test.asOwner(`UPDATE audit_chains SET hash = sha256('x') WHERE chain = '${one}'`);
    expect(await flaws()).toEqual([{ chain: one, kind: 'end changed', seq: '5' }]);
    await test.asOwner(`UPDATE audit_chains SET seq = 4 WHERE chain = '${one}'`);
    expect(await flaws()).toEqual([{ chain: one, kind: 'surplus', seq: '5', id: await idOf(one, 5) }]);
    await test.asOwner(`DELETE FROM audit_chains WHERE chain = '${one}'`);
    expect(await flaws()).toEqual([{ chain: one, kind: 'surplus', seq: '1', id: await idOf(one, 1) }]);
  });

  it('can look at the last entries alone', async () => {
    await test.asOwner(
      forged(`UPDATE audit_entries SET actor = 'x' WHERE project_id = '${one}' AND seq = 2`),
    );
    const look = async (last: number) =>
      (await verifyAudit(test.database, { last })).map(({ entries, flaw }) => [entries, flaw?.seq]);
    expect(await look(2)).toEqual([
      [2, undefined],
      [2, undefined],
      [2, undefined],
    ]);
    expect(await look(4)).toEqual([
      [2, undefined],
      [0, '2'],
      [3, undefined],
    ]);
  });

  it('says with a checkpoint that a chain was written anew, or taken away with its end', async () => {
    const keys = { secret: 'a-secret-of-an-installation' };
    const checkpoint = readCheckpoint(writeCheckpoint(await verify(), new Date(), keys), keys);
    const seen = 'seen' in checkpoint ? checkpoint.seen : new Map<string, ChainEnd>();
    expect([...seen.keys()]).toEqual([installationChain, one, two]);
    await write(one, 1);
    const against = async () =>
      (await verifyAudit(test.database, { seen })).flatMap(({ chain, flaw }) =>
        flaw ? [{ chain, ...flaw }] : [],
      );
    expect(await against()).toEqual([]);
    // Deleted, end and all, and written again by the trigger itself: whole in itself.
    await test.asOwner(
      forged(
        `DELETE FROM audit_entries WHERE project_id = '${one}'; DELETE FROM audit_chains WHERE chain = '${one}'`,
      ),
    );
    expect(await flaws()).toEqual([]);
    expect(await against()).toEqual([{ chain: one, kind: 'cut off', seq: '1' }]);
    await write(one, 7, 'another history');
    expect(await flaws()).toEqual([]);
    expect(await against()).toEqual([{ chain: one, kind: 'rewritten', seq: '5', id: await idOf(one, 5) }]);
  });
});

/** Every column of an entry, with something else of its type. */
const edits = [
  'id = id + 100000',
  "at = at + interval '1 millisecond'",
  "project_id = '33333333-3333-4333-8333-333333333333'",
  "environment = coalesce(environment || 'x', '')",
  "actor = actor || 'x'",
  "address = address || 'x'",
  "token = coalesce(token || 'x', '')",
  "action = action || 'x'",
  "entity_kind = entity_kind || 'x'",
  "entity_key = entity_key || 'x'",
  "before = CASE WHEN before IS NULL THEN 'null'::json END",
  "after = (after::text || ' ')::json",
  'seq = seq + 100000',
  'hash = sha256(hash)',
];

describe('S-35 a history of any sort', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((value) => !value.includes('\0'));
  const entry = fc.record({
    project: fc.constantFrom(null, one, two),
    text,
    token: fc.option(text),
    environment: fc.option(text),
    before: fc.option(fc.jsonValue({ maxDepth: 2, noUnicodeString: false }).filter(isStorable)),
  });

  it('verifies, and any change of any column of any entry is found in it', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc
        .asyncProperty(
          fc.array(entry, { minLength: 1, maxLength: 6 }),
          fc.nat(),
          fc.constantFrom(...edits),
          async (history, which, edit) => {
            for (const { project, text, token, environment, before } of history)
              await test.database.pool.query(
                `INSERT INTO audit_entries (at, project_id, environment, actor, address, token, action, entity_kind, entity_key, before, after)
                 VALUES (now(), $1, $2, $3, $3, $4, $3, $3, $3, $5, $6)`,
                [
                  project,
                  environment,
                  text,
                  token,
                  before === null ? null : JSON.stringify(before),
                  JSON.stringify({ text }),
                ],
              );
            expect(await flaws()).toEqual([]);
            await test.asOwner(
              forged(`UPDATE audit_entries SET ${edit}
                WHERE id = (SELECT id FROM audit_entries ORDER BY id OFFSET ${which % history.length} LIMIT 1)`),
            );
            expect(await flaws()).not.toEqual([]);
          },
        )
        .afterEach(() => test.asOwner(forged('TRUNCATE audit_entries, audit_chains'))),
      { numRuns: 60 },
    );
  });
});

/** JSON of Postgres takes neither U+0000 nor half a character. */
function isStorable(value: unknown): boolean {
  const text = JSON.stringify(value);
  return !text.includes('\\u0000') && !/\\ud[89a-f]/i.test(text);
}

describe('S-35 the role that the application works as', () => {
  const asApplication = (statement: string) => test.database.pool.query(statement);

  it('can write the trail and read it', async () => {
    await write(one, 1);
    expect((await asApplication('SELECT current_user')).rows).toEqual([{ current_user: 'fauna_app' }]);
    expect((await asApplication('SELECT * FROM audit_entries')).rowCount).toBe(1);
    expect((await asApplication('SELECT * FROM audit_chains')).rowCount).toBe(1);
  });

  it.each([
    'UPDATE audit_entries SET actor = actor',
    'DELETE FROM audit_entries',
    'TRUNCATE audit_entries',
    "INSERT INTO audit_chains (chain, seq, hash) VALUES (gen_random_uuid(), 0, '')",
    'UPDATE audit_chains SET seq = 0',
    'DELETE FROM audit_chains',
    'TRUNCATE audit_chains',
    'ALTER TABLE audit_entries DISABLE TRIGGER USER',
    'ALTER TABLE audit_entries DISABLE TRIGGER ALL',
    'DROP TRIGGER audit_chain ON audit_entries',
    'DROP TRIGGER audit_refuse ON audit_entries',
    'DROP TABLE audit_entries',
    'ALTER TABLE audit_entries RENAME TO gone',
    "SET session_replication_role = 'replica'",
    'CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
    'ALTER FUNCTION audit_chain() RENAME TO gone',
    'CREATE RULE away AS ON INSERT TO audit_entries DO INSTEAD NOTHING',
  ])('is refused: %s', async (statement) => {
    await write(one, 1);
    await expect(asApplication(statement)).rejects.toMatchObject({ code: '42501' });
    expect(await flaws()).toEqual([]);
  });

  it('cannot give itself a place in a chain', async () => {
    await write(one, 1);
    await asApplication(
      `INSERT INTO audit_entries (id, at, project_id, actor, action, entity_kind, entity_key, seq, hash)
       VALUES (1, now(), '${one}', 'x', 'x', 'x', 'x', 1, sha256('x'))`,
    );
    expect(await flaws()).toEqual([]);
    expect((await verify()).map(({ entries }) => entries)).toEqual([2]);
  });

  it('and even the owner of the tables changes nothing without taking the triggers away', async () => {
    await write(one, 1);
    const owner = new pg.Client({ connectionString: test.url });
    await owner.connect();
    for (const statement of [
      "UPDATE audit_entries SET actor = 'x'",
      'DELETE FROM audit_entries',
      'TRUNCATE audit_entries',
    ])
      await expect(owner.query(statement)).rejects.toThrow('The audit trail cannot be changed');
    await owner.end();
  });
});
