import type { UsageRecord } from '@fauna-flags/protocol';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '../../../test/support/api.ts';
import { sdkKeyUses, usageHours, usageRecords } from '../../platform/database/index.ts';
import { clearUsage } from './clear-usage.ts';
import { keepUsage } from './keep-usage.ts';
import { UsageCollector } from './usage-collector.ts';
import { takenMax, type UsageSource } from './usage-source.ts';

let api: TestApi;
let production: string;
let client: { readonly id: string };
let server: { readonly id: string };
let foreign: { readonly id: string };
const now = new Date('2026-03-02T10:20:30.000Z');
const hour = '2026-03-02T10:00:00.000Z';
beforeAll(async () => {
  api = await createTestApi(() => now);
  for (const project of ['demo', 'other']) {
    await api.must('POST', '/projects', { key: project, name: project });
    await api.must('POST', `/projects/${project}/flags`, { key: 'pay', name: 'Pay', kind: 'boolean' });
  }
  production = (await api.must('GET', '/projects/demo/environments/production')).id;
  const keys = '/projects/demo/environments/production/sdk-keys';
  client = await api.must('POST', keys, { name: 'Web', kind: 'client' });
  server = await api.must('POST', keys, { name: 'Backend', kind: 'server' });
  const elsewhere = '/projects/other/environments/production/sdk-keys';
  foreign = await api.must('POST', elsewhere, { name: 'Web', kind: 'client' });
});
afterAll(() => api.close());
beforeEach(async () => {
  for (const table of [usageHours, usageRecords, sdkKeyUses]) await api.database.read.delete(table);
});

let made = 0;
function batch(
  counts: readonly { flag: string; variation?: string; count: number }[],
  { keyId = client.id, receivedAt = now.getTime(), to = now.getTime() - 1_000 } = {},
): UsageRecord {
  made += 1;
  const window = { from: Math.min(to, to - 60_000), to };
  const sdk = { name: 'tests', version: '1' };
  return {
    id: `id-${made}`,
    environmentId: production,
    keyId,
    receivedAt,
    batch: { sdk, window, counts: [...counts] },
  };
}
function use(keyId: string, requests: number, fromBrowsers = 0, receivedAt = now.getTime()): UsageRecord {
  made += 1;
  return {
    id: `id-${made}`,
    environmentId: production,
    keyId,
    receivedAt,
    use: { requests, fromBrowsers },
  };
}
const keep = (records: readonly UsageRecord[], at = now) =>
  keepUsage(
    api.database,
    at,
    records.map((record) => ({ id: record.id ?? '', record })),
  );
const on = (count: number) => [{ flag: 'pay', variation: 'on', count }];
const path = '/projects/demo/flags/pay/usage?environment=production';

describe('usage', () => {
  it('is summed up by variation and hour, and shown so', async () => {
    const earlier = now.getTime() - 3_600_000;
    await keep([
      batch([...on(3), { flag: 'pay', count: 1 }]),
      batch(on(4), { keyId: server.id }),
      batch([{ flag: 'pay', variation: 'off', count: 5 }], { receivedAt: earlier, to: earlier }),
    ]);
    await keep([batch(on(10))]);
    expect(await api.must('GET', path)).toEqual({
      environment: 'production',
      from: '2026-02-23T11:00:00.000Z',
      to: '2026-03-02T11:00:00.000Z',
      total: 23,
      variations: [
        { variation: 'off', count: 5 },
        { variation: null, count: 1 },
        { variation: 'on', count: 17 },
      ],
      hours: [
        { from: '2026-03-02T09:00:00.000Z', counts: [{ variation: 'off', count: 5 }] },
        {
          from: hour,
          counts: [
            { variation: null, count: 1 },
            { variation: 'on', count: 17 },
          ],
        },
      ],
    });
    const before = await api.must('GET', `${path}&to=${hour}`);
    expect(before.total).toBe(5);
    expect((await api.must('GET', `${path}&from=${hour}`)).total).toBe(18);
  });

  it('counts a record once, however often and by however many managers it is handed over', async () => {
    const record = batch(on(3));
    const kept = await Promise.all([keep([record, record]), keep([record]), keep([record, batch(on(1))])]);
    expect(kept.map((each) => each.kept).reduce((sum, each) => sum + each)).toBe(2);
    expect(kept.map((each) => each.evaluations).reduce((sum, each) => sum + each)).toBe(4);
    expect((await api.must('GET', path)).total).toBe(4);
  });

  it('has no rows for flags, variations, keys and environments that there are not', async () => {
    const kept = await keep([
      batch([
        { flag: 'unknown', variation: 'on', count: 7 },
        { flag: 'pay', variation: 'unknown', count: 8 },
        { flag: '\u0000', variation: '\u0000', count: 9 },
        { flag: '__proto__', count: 10 },
      ]),
      batch(on(1), { keyId: foreign.id }),
      batch(on(1), { keyId: 'no-uuid' }),
      batch(on(1), { keyId: '00000000-0000-4000-8000-000000000000' }),
      { ...batch(on(1)), environmentId: 'no-uuid' },
    ]);
    expect(kept).toMatchObject({ kept: 1, refused: 4, evaluations: 0, unknown: 34 });
    expect(await api.database.read.select().from(usageHours)).toEqual([]);
  });

  it('never gets more rows than flags have variations in the hours of a day, whatever is sent', async () => {
    const anyBatch = fc.record({
      flag: fc.constantFrom('pay', 'nothing', ''),
      variation: fc.constantFrom('on', 'off', 'other', undefined),
      count: fc.integer({ min: 1, max: 1_000_000_000 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyBatch, { maxLength: 20 }),
        fc.maxSafeNat(),
        fc.maxSafeInteger(),
        async (counts, to, receivedAt) => {
          const clean = counts.map(({ variation, ...count }) => ({
            ...count,
            ...(variation !== undefined && { variation }),
          }));
          await keep([
            batch(clean, { to }),
            batch(clean, { to, receivedAt: Math.max(receivedAt, now.getTime()) }),
          ]);
        },
      ),
      { numRuns: 25 },
    );
    const rows = await api.database.read.select().from(usageHours);
    expect(rows.length).toBeLessThanOrEqual(2 * 3);
    for (const row of rows) expect(['2026-03-02T09:00:00.000Z', hour]).toContain(row.hour.toISOString());
  });

  it('stays a number that is exact, however much is added', async () => {
    for (let time = 0; time < 2; time += 1) await keep([batch(on(1_000_000_000))]);
    await api.database.read.update(usageHours).set({ count: Number.MAX_SAFE_INTEGER - 1 });
    await keep([batch(on(1_000_000_000))]);
    expect((await api.must('GET', path)).total).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('is asked for with an environment and a period that make sense', async () => {
    const base = '/projects/demo/flags/pay/usage';
    for (const [query, status, words] of [
      ['', 400, 'environment'],
      ['?environment=production&from=tomorrow', 400, 'from'],
      [`?environment=production&from=2026-03-02T10:00:00Z&to=2026-03-02T10:00:00Z`, 400, 'must be before'],
      ['?environment=production&from=2025-11-01&to=2026-03-02', 400, '92 days'],
      ['?environment=moon', 404, 'moon'],
    ] as const) {
      const answer = await api.call('GET', `${base}${query}`);
      expect([answer.status, JSON.stringify(answer.body).includes(words)], query).toEqual([status, true]);
    }
    const longest = '?environment=production&from=2025-11-30T11:00:00Z&to=2026-03-02T11:00:00Z';
    expect((await api.call('GET', `${base}${longest}`)).status).toBe(200);
    const unknown = await api.call('GET', '/projects/demo/flags/none/usage?environment=production');
    expect([unknown.status, unknown.body.code]).toEqual([404, 'not_found']);
  });

  it('goes away with its time, in steps', async () => {
    const insert = (days: number) =>
      api.database.read.execute(sql`
        INSERT INTO ${usageHours} SELECT ${production}::uuid, gen_random_uuid(), ${new Date(now.getTime() - days * 86_400_000)}, 'on', 1
        FROM generate_series(1, 2500)`);
    await insert(401);
    await insert(399);
    await keep([batch(on(1))], new Date(now.getTime() - 2 * 86_400_000));
    // A clock that is wrong loses nobody what is kept.
    const ahead = new Date('2999-01-01T00:00:00.000Z');
    expect((await clearUsage(api.database, { now: ahead, daysKept: 40_000 })).hours).toBe(0);
    expect(await clearUsage(api.database, { now, daysKept: 400 })).toEqual({ hours: 2_500, isMore: false });
    const { rows } = await api.database.read.execute(sql`SELECT count(*)::int AS n FROM ${usageHours}`);
    expect(rows).toEqual([{ n: 2_501 }]);
    expect(await api.database.read.select().from(usageRecords)).toEqual([]);
  });

  it('S-06 tells when a key was used last, how often, and that a server key was used in a browser', async () => {
    const minutesAgo = (minutes: number) => now.getTime() - minutes * 60_000;
    expect((await keep([use(client.id, 2, 2), use(server.id, 1)])).inBrowsers).toEqual([]);
    const { inBrowsers } = await keep([
      use(server.id, 5, 1, minutesAgo(3)),
      use(server.id, 1, 0, minutesAgo(9)),
    ]);
    expect(inBrowsers).toEqual([{ keyId: server.id, environmentId: production }]);
    expect((await keep([use(server.id, 1, 1)])).inBrowsers).toEqual([]);
    const keys = '/projects/demo/environments/production/sdk-keys';
    const uses = {
      lastUsedAt: '2026-03-02T10:20:00.000Z',
      requests: 8,
      browserUseAt: '2026-03-02T10:20:00.000Z',
    };
    expect(await api.must('GET', `${keys}/${server.id}`)).toMatchObject(uses);
    const { items } = await api.must('GET', keys);
    const requests = new Map(items.map((item: { id: string; requests: number }) => [item.id, item.requests]));
    expect([requests.get(client.id), requests.get(server.id)]).toEqual([2, 8]);
    const rows = await api.database.read.select().from(sdkKeyUses);
    expect(rows.find(({ keyId }) => keyId === server.id)).toEqual({
      keyId: server.id,
      lastUsedAt: new Date('2026-03-02T10:20:00.000Z'),
      requests: 8,
      browserAt: new Date('2026-03-02T10:20:00.000Z'),
    });
  });
});

describe('UsageCollector', () => {
  function world(take: () => readonly UsageRecord[]) {
    const done: string[] = [];
    const logged: string[] = [];
    let isAway = false;
    const source: UsageSource = {
      async take() {
        if (isAway) throw new Error('away');
        return take().map((record) => ({ handle: record.id ?? '', record }));
      },
      done: async (handles) => void done.push(...handles),
      close: async () => {},
    };
    const timers: { readonly run: () => void; readonly delayMs: number }[] = [];
    const tell = (_fields: object, message: string) => void logged.push(message);
    const collector = new UsageCollector({
      database: api.database,
      source,
      now: () => now,
      schedule: (run, delayMs) => {
        timers.push({ run, delayMs });
        return () => {};
      },
      newId: () => 'new',
      daysKept: 400,
      onKept: () => {},
      log: { info: tell, warn: tell, error: tell },
    });
    return {
      collector,
      done,
      logged,
      timers,
      setAway: (value: boolean) => {
        isAway = value;
      },
    };
  }

  it('writes down what waits, and says that it is done only then', async () => {
    const waiting = 2 * takenMax + 1;
    const queue = [...Array(waiting).keys()].map(() => batch(on(1)));
    const { collector, done } = world(() => queue.splice(0, takenMax));
    await collector.close();
    expect(done).toHaveLength(waiting);
    expect((await api.must('GET', path)).total).toBe(waiting);
  });

  it('comes again within seconds while there is more to clear away than goes at once', async () => {
    const longAgo = new Date(now.getTime() - 25 * 3_600_000);
    await api.database.read.execute(sql`
      INSERT INTO ${usageRecords} SELECT gen_random_uuid()::text, ${longAgo} FROM generate_series(1, 50001)`);
    const { timers, collector } = world(() => []);
    const clear = async (timer: (typeof timers)[number] | undefined) => {
      const before = timers.length;
      timer?.run();
      await expect.poll(() => timers.length, { timeout: 30_000 }).toBeGreaterThan(before);
      return timers.at(-1);
    };
    const next = await clear(timers[1]);
    expect(next?.delayMs).toBe(1_000);
    expect((await clear(next))?.delayMs).toBe(3_600_000);
    expect(await api.database.read.select().from(usageRecords)).toEqual([]);
    await collector.close();
  });

  it('drops what cannot be written down, says so, and keeps the others', async () => {
    const bad = { ...batch(on(1)), keyId: client.id, receivedAt: Number.NEGATIVE_INFINITY } as UsageRecord;
    const poison = { ...batch(on(2)), id: 'with\u0000null' };
    const queue = [batch(on(1)), bad, poison, batch(on(4))];
    const { collector, done, logged } = world(() => queue.splice(0));
    await collector.close();
    expect((await api.must('GET', path)).total).toBe(5);
    expect(done).toHaveLength(4);
    expect(logged).toEqual(['Cannot write down usage, dropped it']);
  });

  it('drops what cannot be written down of what a bearer has sent, too', async () => {
    const { collector, logged } = world(() => []);
    await collector.take([batch(on(1)), { ...batch(on(2)), id: 'with\u0000null' }, batch(on(4))]);
    expect((await api.must('GET', path)).total).toBe(5);
    expect(logged).toEqual(['Cannot write down usage, dropped it']);
    await collector.close();
  });

  it('tells of an outage at its edges, and comes again later each time', async () => {
    const { timers, logged, setAway } = world(() => []);
    const next = async () => {
      const timer = timers.filter(({ delayMs }) => delayMs !== 3_600_000).at(-1);
      const before = timers.length;
      timer?.run();
      await expect.poll(() => timers.length).toBeGreaterThan(before);
      return timers.at(-1)?.delayMs;
    };
    timers.splice(1); // The sweep of old counts.
    setAway(true);
    expect([await next(), await next(), await next()]).toEqual([2_000, 4_000, 8_000]);
    setAway(false);
    expect(await next()).toBe(1_000);
    expect(logged).toEqual(['Cannot write down usage, trying again', 'Usage is written down again']);
  });
});
