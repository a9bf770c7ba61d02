import type { Heartbeat } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { heartbeatOf } from '../testing/heartbeat-of.ts';
import type { ReportSink } from './report-sink.ts';

/** A sink under contract, and a way to see what is known behind it. */
export interface ReportSinkFixture {
  readonly sink: ReportSink;
  /** The heartbeats of all bearers that are known there, in any order. */
  known(): Promise<readonly Heartbeat[]>;
}

/** What every report sink keeps. */
export function reportSinkContract(name: string, make: () => Promise<ReportSinkFixture>): void {
  describe(`${name} keeps the contract of a report sink`, () => {
    it('hands on a heartbeat whole', async () => {
      const { sink, known } = await make();
      const heartbeat = heartbeatOf('bearer-a', {
        streams: 12,
        source: 'fallback',
        documents: {
          keys: { position: `1700000000-3-${'a'.repeat(64)}`, staleMs: 12 },
          '0f0e0d0c-0b0a-4908-8706-050403020100': {
            position: null,
            rejected: `1700000000-4-${'b'.repeat(64)}`,
            staleMs: null,
          },
        },
      });
      await sink.report(heartbeat);
      expect(await known()).toEqual([heartbeat]);
      await sink.close();
    });

    it('keeps the newest of each bearer', async () => {
      const { sink, known } = await make();
      await sink.report(heartbeatOf('bearer-a', { streams: 1 }));
      await sink.report(heartbeatOf('bearer-b', { streams: 5 }));
      await sink.report(heartbeatOf('bearer-a', { streams: 2 }));
      const streams = (await known()).map((heartbeat) => [heartbeat.id, heartbeat.streams]);
      expect(streams.sort()).toEqual([
        ['bearer-a', 2],
        ['bearer-b', 5],
      ]);
      await sink.close();
    });

    it('takes nothing after it was closed, and may be closed twice', async () => {
      const { sink } = await make();
      await sink.close();
      await sink.close();
      await expect(sink.report(heartbeatOf('bearer-a'))).rejects.toThrow(/closed/);
    });
  });
}
