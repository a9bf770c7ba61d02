import { type UsageBatch, usageBatchSchema } from '@fauna-flags/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../clock.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { UsageBatches } from './usage-batches.ts';
import type { UsageRecord } from './usage-sink.ts';

function world(timeless?: Pick<Clock, 'now' | 'steady' | 'after'>) {
  const told: UsageRecord[] = [];
  const dropped: number[] = [];
  const clock = new ManualClock();
  let made = 0;
  const batches = new UsageBatches({
    clock: timeless ?? clock,
    newId: () => `id-${made++}`,
    tell: (record) => told.push(record),
    drops: { dropped: (count) => dropped.push(count), kept: () => {} },
  });
  const batchesTold = () => told.flatMap((record) => ('batch' in record ? [record.batch] : []));
  return { batches, told, dropped, clock, batchesTold };
}

const key = { id: 'k', environment: 'e' };
function batchOf(counts: UsageBatch['counts'], { name = 'tests', to = 1_700_000_000_000 } = {}): UsageBatch {
  return { sdk: { name, version: '1' }, window: { from: to - 60_000, to }, counts };
}
const one = batchOf([{ flag: 'pay', variation: 'on', count: 1 }]);

describe('UsageBatches', () => {
  it('hands on few batches as they came, each with a name', () => {
    const { batches, told, clock } = world();
    batches.add(key, one);
    batches.add(key, batchOf([{ flag: 'pay', count: 2 }], { name: 'others' }));
    batches.add(key, batchOf([]));
    const origin = { environmentId: 'e', keyId: 'k', receivedAt: clock.now() };
    expect(told).toEqual([
      { id: 'id-0', ...origin, batch: one },
      { id: 'id-1', ...origin, batch: batchOf([{ flag: 'pay', count: 2 }], { name: 'others' }) },
    ]);
  });

  it('hands on a record in two seconds for a key that floods, and others at once', async () => {
    const { batches, told, clock, batchesTold } = world();
    for (let time = 0; time < 6_000; time += 1) {
      batches.add(key, one);
      if (time % 100 === 0) await clock.advance(1_000);
    }
    const flood = told.length;
    expect(flood).toBeLessThanOrEqual(20 + 30);
    batches.add({ id: 'other', environment: 'e' }, one);
    expect(told.slice(flood).map(({ keyId }) => keyId)).toEqual(['other']);
    await clock.advance(4_000);
    const sum = batchesTold().reduce((all, { counts }) => all + (counts[0]?.count ?? 0), 0);
    expect(sum).toBe(6_001);
    expect(clock.pending).toBe(0);
  });

  it('tells what waits with the next batch where there are no timers', () => {
    let stepMs = 0;
    const { batches, batchesTold } = world({ now: () => 0, steady: () => stepMs, after: () => () => {} });
    for (let time = 0; time < 30; time += 1) batches.add(key, one);
    expect(batchesTold()).toHaveLength(20);
    stepMs = 2_000;
    batches.add(key, one);
    expect(batchesTold().at(-1)?.counts).toEqual([{ flag: 'pay', variation: 'on', count: 10 }]);
  });

  it('drops what is too much of made-up names, and holds on to the rest', () => {
    const { batches, dropped, batchesTold } = world();
    for (let time = 0; time < 20; time += 1) batches.add(key, one);
    for (let time = 0; time < 100; time += 1)
      batches.add(
        key,
        batchOf(Array.from({ length: 400 }, (_, at) => ({ flag: `made-up-${time}-${at}`, count: 1 }))),
      );
    batches.flush();
    const last = batchesTold().at(-1);
    expect(JSON.stringify(last).length).toBeLessThan(64 * 1024);
    expect((last?.counts.length ?? 0) + dropped.reduce((sum, count) => sum + count)).toBe(40_000);
  });

  it('loses no count of flags that there are, whenever batches come, and tells only what managers take', async () => {
    const anyBatch = fc.record({
      sdk: fc.constantFrom('a', 'b'),
      to: fc.constantFrom(0, 1_700_000_000_000, 1_699_999_000_000, 9_000_000_000_000),
      variation: fc.constantFrom('on', 'off', undefined),
      count: fc.integer({ min: 1, max: 1_000 }),
      waitMs: fc.integer({ min: 0, max: 1_500 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyBatch, { minLength: 20, maxLength: 60 }), async (steps) => {
        const { batches, clock, batchesTold } = world();
        for (const { sdk, to, variation, count, waitMs } of steps) {
          const named = variation === undefined ? {} : { variation };
          const window = { from: 0, to };
          batches.add(key, { ...batchOf([{ flag: 'pay', ...named, count }], { name: sdk }), window });
          await clock.advance(waitMs);
        }
        batches.flush();
        const sums = (all: readonly { variation?: string | undefined; count: number }[]) => {
          const byName: Record<string, number> = {};
          for (const { variation = '', count } of all) byName[variation] = (byName[variation] ?? 0) + count;
          return byName;
        };
        expect(sums(batchesTold().flatMap(({ counts }) => counts))).toEqual(sums(steps));
        for (const batch of batchesTold()) expect(usageBatchSchema.safeParse(batch).success).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
