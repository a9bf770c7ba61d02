import type { Heartbeat } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { heartbeatOf } from '../testing/heartbeat-of.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { reportBySource } from './report-by-source.ts';
import { Reporter } from './reporter.ts';

function world() {
  const clock = new ManualClock();
  const log = new MemoryLog();
  const reported: Heartbeat[] = [];
  const state = { isAway: false, streams: 0 };
  const reporter = new Reporter({
    sink: {
      async report(heartbeat) {
        if (state.isAway) throw new Error('The sink is away');
        reported.push(heartbeat);
      },
      close: async () => {},
    },
    heartbeat: () => heartbeatOf('me', { streams: state.streams }),
    clock,
    random: () => 0.5,
    log,
  });
  return { clock, log, reported, state, reporter };
}

describe('Reporter', () => {
  it('tells every three seconds how the bearer does at that moment', async () => {
    const { clock, reported, state } = world();
    await clock.advance(1_500);
    state.streams = 7;
    await clock.advance(6_000);
    expect(reported.map(({ streams }) => streams)).toEqual([0, 7, 7]);
  });

  it('goes on while its sink is away, and says so once', async () => {
    const { clock, reported, state, log } = world();
    state.isAway = true;
    await clock.advance(30_000);
    state.isAway = false;
    await clock.advance(3_000);
    expect(reported).toHaveLength(1);
    expect(log.lines.map(({ message }) => message)).toEqual([
      'Cannot report how this bearer does, trying again',
    ]);
  });

  it('hands on what bearers behind it tell, as it came, and each only once', async () => {
    const { reporter, reported } = world();
    const child = heartbeatOf('child', { at: 5 });
    await reporter.pass(child);
    await reporter.pass(child);
    await reporter.pass(heartbeatOf('child', { at: 6 }));
    expect(reported).toEqual([child, heartbeatOf('child', { at: 6 })]);
  });

  it('never hands on its own, which comes back where bearers read from one another', async () => {
    const { reporter, reported } = world();
    await reporter.pass(heartbeatOf('me', { at: 5 }));
    expect(reported).toEqual([]);
  });

  it('tells whoever hands it a heartbeat that it was lost', async () => {
    const { reporter, state } = world();
    state.isAway = true;
    await expect(reporter.pass(heartbeatOf('child'))).rejects.toThrow('away');
  });

  it('says nothing after it was closed', async () => {
    const { clock, reporter, reported } = world();
    await reporter.close();
    await clock.advance(60_000);
    expect([reported, clock.pending]).toEqual([[], 0]);
  });
});

describe('reportBySource()', () => {
  it('reports into the store while that is read, and to the side of the fallback otherwise', async () => {
    const told: string[] = [];
    const to = (name: string) => ({
      report: async () => void told.push(name),
      close: async () => void told.push(`${name} closed`),
    });
    let source: Heartbeat['source'] = 'store';
    const sink = reportBySource({ inUse: () => source, store: to('store'), fallback: to('fallback') });
    for (source of ['store', 'fallback', 'none'] as const) await sink.report(heartbeatOf('a'));
    await sink.close();
    expect(told).toEqual(['store', 'fallback', 'fallback', 'store closed', 'fallback closed']);
  });
});
