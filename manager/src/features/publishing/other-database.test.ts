import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '../../../test/support/api.ts';
import { environments, keyRegistry, settings, snapshots } from '../../platform/database/index.ts';
import { ensureKeyRegistry } from './ensure-key-registry.ts';
import { otherDatabase } from './other-database.ts';

let api: TestApi;
const nowSeconds = 2_000_000_000;
const logged: string[] = [];
beforeEach(async () => {
  logged.length = 0;
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  const randomBytes = (size: number) => new Uint8Array(size);
  await ensureKeyRegistry({ database: api.database, now: () => new Date(), randomBytes, onCommit: () => {} });
});
afterEach(() => api.close());

const notice = (database = api.database) =>
  otherDatabase({
    database,
    now: () => new Date(nowSeconds * 1_000),
    log: { warn: (_fields, message) => void logged.push(message) },
  });

async function epochs() {
  const { read } = api.database;
  const owners = [
    ...(await read.select({ epoch: environments.epoch }).from(environments)),
    ...(await read.select({ epoch: keyRegistry.epoch }).from(keyRegistry)),
  ];
  const documents = await read.select({ epoch: snapshots.epoch, version: snapshots.version }).from(snapshots);
  return { owners: owners.map(({ epoch }) => epoch), documents };
}

/** As if what is known were of another cluster, or of the time before a failover. */
const wasElsewhere = (differs: object) =>
  api.database.read
    .update(settings)
    .set({ value: sql`(value::jsonb || ${JSON.stringify(differs)}::jsonb)::json` })
    .where(eq(settings.key, 'postgres'));

describe('otherDatabase()', () => {
  it('remembers the first Postgres that it sees, and moves nothing while that stays', async () => {
    const before = await epochs();
    await notice()();
    await notice()();
    expect(await epochs()).toEqual(before);
    const [row] = await api.database.read.select().from(settings).where(eq(settings.key, 'postgres'));
    expect(row?.value).toEqual({
      systemIdentifier: expect.stringMatching(/^\d{10,}$/),
      timeline: expect.stringMatching(/^[0-9A-F]{8}$/),
    });
    expect(logged).toEqual([]);
  });

  for (const [what, differs] of [
    ['a dump was loaded into another cluster', { systemIdentifier: '1' }],
    ['a standby was promoted, or a backup restored', { timeline: '000000FF' }],
  ] as const)
    it(`moves every document above its epoch, once for all managers, when ${what}`, async () => {
      await notice()();
      const before = await epochs();
      await wasElsewhere(differs);
      await Promise.all([notice()(), notice()(), notice()()]);
      const after = await epochs();
      expect(new Set(after.owners)).toEqual(new Set([nowSeconds]));
      expect(after.documents).toEqual(
        before.documents.map(({ version }) => ({ version, epoch: nowSeconds })),
      );
      expect(before.documents).toHaveLength(4);
      expect(logged).toHaveLength(1);
      await notice()();
      expect(await epochs()).toEqual(after);
    });

  it('moves above an epoch that is ahead of the clock, too', async () => {
    await notice()();
    await api.database.read.update(environments).set({ epoch: nowSeconds + 50 });
    await wasElsewhere({ timeline: '000000FF' });
    await notice()();
    const { owners } = await epochs();
    expect(new Set(owners)).toEqual(new Set([nowSeconds + 51, nowSeconds]));
  });

  it('keeps versions without a gap: the next change goes on under the new epoch', async () => {
    await notice()();
    await wasElsewhere({ timeline: '000000FF' });
    await notice()();
    await api.must('POST', '/projects/demo/flags', { key: 'pay', name: 'Pay', kind: 'boolean' });
    const { documents } = await epochs();
    expect(new Set(documents.map(({ epoch }) => epoch))).toEqual(new Set([nowSeconds]));
    expect(Math.max(...documents.map(({ version }) => version))).toBe(2);
  });

  it('says once that a Postgres does not let it ask, and moves nothing', async () => {
    const refusing = {
      ...api.database,
      read: Object.assign(Object.create(api.database.read) as typeof api.database.read, {
        execute: () => Promise.reject(new Error('permission denied for function pg_control_system')),
      }),
    };
    const ask = notice(refusing);
    await ask();
    await ask();
    expect(logged).toEqual(['Cannot tell which Postgres this is: a failover will not be noticed by that']);
  });
});
