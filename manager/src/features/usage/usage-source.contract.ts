import type { UsageRecord } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { takenMax, type UsageSource } from './usage-source.ts';

/** A source under contract, and a way to lay something down in front of it. */
export interface UsageSourceFixture {
  readonly source: UsageSource;
  tell(records: readonly UsageRecord[]): Promise<void>;
}

/** What every source of usage keeps. The fixture hands out again at once what is not done. */
export function usageSourceContract(name: string, make: () => Promise<UsageSourceFixture>): void {
  const recordOf = (id: string): UsageRecord => ({
    id,
    environmentId: 'environment-a',
    keyId: 'key-a',
    receivedAt: 1,
    use: { requests: 1, fromBrowsers: 0 },
  });
  const idsOf = (taken: Awaited<ReturnType<UsageSource['take']>>) => taken.map(({ record }) => record?.id);

  describe(`${name} keeps the contract of a source of usage`, () => {
    it('hands out what was told, in order, and nothing while nothing was', async () => {
      const { source, tell } = await make();
      expect(await source.take()).toEqual([]);
      await tell([recordOf('a'), recordOf('b')]);
      expect(idsOf(await source.take())).toEqual(['a', 'b']);
    });

    it('hands out again what nobody said is done, before what is new', async () => {
      const { source, tell } = await make();
      await tell([recordOf('a'), recordOf('b'), recordOf('c')]);
      const [first] = await source.take();
      await source.done([first?.handle ?? '']);
      await tell([recordOf('d')]);
      expect(idsOf(await source.take())).toEqual(['b', 'c', 'd']);
    });

    it('hands out so much at once and no more', async () => {
      const { source, tell } = await make();
      await tell(Array.from({ length: takenMax + 5 }, (_, at) => recordOf(`r-${at}`)));
      const taken = await source.take();
      expect(taken).toHaveLength(takenMax);
      await source.done(taken.map(({ handle }) => handle));
      const rest = await source.take();
      expect(idsOf(rest)).toEqual([100, 101, 102, 103, 104].map((at) => `r-${at}`));
      await source.done(rest.map(({ handle }) => handle));
      expect(await source.take()).toEqual([]);
    });

    it('rejects after it was closed, and may be closed twice', async () => {
      const { source } = await make();
      await source.close();
      await source.close();
      await expect(source.take()).rejects.toThrow(/closed/);
      await expect(source.done(['1-1'])).rejects.toThrow(/closed/);
    });
  });
}
