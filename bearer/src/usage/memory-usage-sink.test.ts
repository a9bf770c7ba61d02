import { describe, expect, it } from 'vitest';
import { MemoryUsageSink } from './memory-usage-sink.ts';
import { largeRecord, usageSinkContract } from './usage-sink.contract.ts';

usageSinkContract('MemoryUsageSink', async () => {
  const sink = new MemoryUsageSink();
  return { sink, arrived: async () => sink.take() };
});

describe('MemoryUsageSink', () => {
  it('holds a few megabytes and no more, however large records are', async () => {
    const sink = new MemoryUsageSink();
    for (let at = 0; at < 500; at += 1) await sink.record(largeRecord(at));
    const kept = sink.take();
    expect(JSON.stringify(kept).length).toBeLessThan(8 * 1024 * 1024);
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.at(-1)?.receivedAt).toBe(499);
  });

  it('hands out as much as is asked for, and keeps the rest', async () => {
    const sink = new MemoryUsageSink();
    for (let at = 0; at < 3; at += 1) await sink.record(largeRecord(at));
    expect(sink.take(0)).toEqual([]);
    expect(sink.take(2).map(({ receivedAt }) => receivedAt)).toEqual([0, 1]);
    expect(sink.take().map(({ receivedAt }) => receivedAt)).toEqual([2]);
  });
});
