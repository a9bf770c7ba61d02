import { describe, expect, it } from 'vitest';
import { heartbeatOf } from '../testing/heartbeat-of.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { MemoryReports } from './memory-reports.ts';
import { reportSinkContract } from './report-sink.contract.ts';

reportSinkContract('MemoryReports', async () => {
  const sink = new MemoryReports(new ManualClock());
  return { sink, known: async () => sink.heartbeats().map(({ heartbeat }) => heartbeat) };
});

describe('MemoryReports', () => {
  it('tells how long ago a heartbeat came, and forgets a bearer that has been silent for 15 s', async () => {
    const clock = new ManualClock();
    const reports = new MemoryReports(clock);
    await reports.report(heartbeatOf('quiet'));
    await clock.advance(14_000);
    await reports.report(heartbeatOf('loud'));
    expect(reports.heartbeats().map(({ heartbeat, ageMs }) => [heartbeat.id, ageMs])).toEqual([
      ['quiet', 14_000],
      ['loud', 0],
    ]);
    await clock.advance(1_000);
    expect(reports.heartbeats().map(({ heartbeat }) => heartbeat.id)).toEqual(['loud']);
  });

  it('holds a bounded number of bearers, and lets go of the longest silent', async () => {
    const reports = new MemoryReports(new ManualClock());
    for (let place = 0; place < 1_200; place += 1) await reports.report(heartbeatOf(`bearer-${place}`));
    const ids = reports.heartbeats().map(({ heartbeat }) => heartbeat.id);
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([1_000, 'bearer-200', 'bearer-1199']);
  });
});
