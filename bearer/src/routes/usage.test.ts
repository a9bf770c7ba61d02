import { flag, ruleset } from '@fauna-flags/core/testing';
import { describe, expect, it } from 'vitest';
import { problemOf } from '../testing/answers.ts';
import { type BearerWorld, bearerWorld } from '../testing/bearer-world.ts';
import { environmentId, serverKey } from '../testing/documents.ts';

const batch = {
  sdk: { name: '@fauna-flags/node', version: '0.1.0' },
  window: { from: 1_700_000_000_000, to: 1_700_000_060_000 },
  counts: [
    { flag: 'pay', variation: 'on', count: 12 },
    { flag: 'unknown', count: 1 },
  ],
};

/** What SDKs have told; the bearer tells besides how often it was asked. */
const batchesIn = (world: BearerWorld) => world.usage.take().filter((record) => 'batch' in record);

describe('POST /usage', () => {
  it('hands a batch on with the key and environment it came from', async () => {
    const world = await bearerWorld({ ruleset: ruleset(flag('pay').on()) });
    for (const headers of [{}, { authorization: serverKey }] as Record<string, string>[]) {
      const response = await world.post('/usage', batch, headers);
      expect([response.status, await response.text()]).toEqual([204, '']);
    }
    const records = batchesIn(world);
    expect(records).toMatchObject([
      { environmentId, batch, receivedAt: world.clock.now() },
      { environmentId, batch },
    ]);
    expect(new Set(records.map(({ keyId }) => keyId)).size).toBe(2);
  });

  it('refuses what is no batch, and what might carry a context, and says where', async () => {
    const world = await bearerWorld({ ruleset: ruleset(flag('pay').on()) });
    const [count] = batch.counts;
    for (const wrong of [
      {},
      { ...batch, context: { key: 'u1' } },
      { ...batch, counts: [{ ...count, user: 'u1' }] },
      { ...batch, counts: [{ ...count, count: 0 }] },
      { ...batch, counts: [{ ...count, count: 1.5 }] },
      { ...batch, window: { from: 2, to: 1 } },
    ]) {
      const response = await world.post('/usage', wrong);
      expect(response.status).toBe(400);
      expect((await problemOf(response)).errors?.length).toBeGreaterThan(0);
    }
    expect(batchesIn(world)).toEqual([]);
  });

  it('takes an empty batch, and makes nothing of it', async () => {
    const world = await bearerWorld({ ruleset: ruleset(flag('pay').on()) });
    expect((await world.post('/usage', { ...batch, counts: [] })).status).toBe(204);
    expect(batchesIn(world)).toEqual([]);
  });

  it('hands on a flood of batches of one key as a few, and what is left of them at the end', async () => {
    const world = await bearerWorld({ ruleset: ruleset(flag('pay').on()) });
    for (let time = 0; time < 100; time += 1) await world.post('/usage', batch);
    await world.bearer.close();
    const records = batchesIn(world);
    expect(records.length).toBeLessThan(30);
    const counts = records.flatMap((record) => ('batch' in record ? record.batch.counts : []));
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(100 * 13);
  });

  it('costs an SDK nothing when the sink fails', async () => {
    const world = await bearerWorld({
      ruleset: ruleset(flag('pay').on()),
      deps: { usage: { record: () => Promise.reject(new Error('refused')) } },
    });
    for (let time = 0; time < 5; time += 1) expect((await world.post('/usage', batch)).status).toBe(204);
    // Told once: how often it happens is up to whoever sends.
    expect(world.log.lines.map(({ message }) => message)).toEqual(['Cannot record usage, dropping it']);
  });
});
