import { describe, expect, it } from 'vitest';
import type { UsageRecord, UsageSink } from './usage-sink.ts';

/** A sink under contract, and a way to see what has arrived behind it. */
export interface UsageSinkFixture {
  readonly sink: UsageSink;
  arrived(): Promise<readonly UsageRecord[]>;
}

/** A record about as large as a bearer takes. */
export function largeRecord(receivedAt: number): UsageRecord {
  return {
    ...{ environmentId: 'environment-a', keyId: 'key-a', receivedAt },
    batch: {
      sdk: { name: 'tests', version: '1.0.0' },
      window: { from: 0, to: 60_000 },
      counts: Array.from({ length: 400 }, (_, at) => ({ flag: `${at}`.padEnd(128, '-'), count: 1 })),
    },
  };
}

/** What every usage sink keeps. `tooMany` is more than the sink under contract is meant to hold. */
export function usageSinkContract(
  name: string,
  make: () => Promise<UsageSinkFixture>,
  { tooMany = 20_000 }: { readonly tooMany?: number } = {},
): void {
  const recordAt = (receivedAt: number): UsageRecord => ({
    environmentId: 'environment-a',
    keyId: 'key-a',
    receivedAt,
    batch: {
      sdk: { name: 'tests', version: '1.0.0' },
      window: { from: 0, to: 60_000 },
      counts: [
        { flag: 'pay', variation: 'on', count: 3 },
        { flag: 'pay', count: 1 },
      ],
    },
  });

  describe(`${name} keeps the contract of a usage sink`, () => {
    it('hands on what was recorded, whole and in order', async () => {
      const { sink, arrived } = await make();
      await sink.record(recordAt(1));
      await sink.record(recordAt(2));
      expect(await arrived()).toEqual([recordAt(1), recordAt(2)]);
    });

    it('stays bounded when nobody takes anything, and keeps the newest', async () => {
      const { sink, arrived } = await make();
      for (let at = 0; at < tooMany; at += 1) await sink.record(recordAt(at));
      const kept = await arrived();
      expect(kept.length).toBeLessThan(tooMany);
      expect(kept.at(-1)).toEqual(recordAt(tooMany - 1));
    });
  });
}
