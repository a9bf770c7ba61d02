import { flag, ruleset } from '@fauna-flags/core/testing';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../clock.ts';
import { defaultBearerLimits } from '../config.ts';
import { type Broadcast, noMeter } from '../metrics/meter.ts';
import { LiveRuleset } from '../rulesets/live-ruleset.ts';
import { registered, rulesetSnapshot } from '../testing/documents.ts';
import { OpenStream, type StreamKeeper } from './open-stream.ts';
import { ServerView } from './server-view.ts';
import { StreamHub } from './stream-hub.ts';

const live = (version: number) => new LiveRuleset(rulesetSnapshot(ruleset(flag('pay').on(), { version })));

/** A clock on which each look takes a while, and `soon` waits for the test. */
class SlowClock implements Clock {
  readonly later: (() => void)[] = [];
  readonly #lookMs: number;
  #now = 0;

  constructor(lookMs: number) {
    this.#lookMs = lookMs;
  }

  now(): number {
    return 0;
  }

  steady(): number {
    this.#now += this.#lookMs;
    return this.#now;
  }

  after(): () => void {
    return () => {};
  }

  soon(run: () => void): void {
    this.later.push(run);
  }

  /** Runs slice after slice until there is none; how many there were. */
  runAll(): number {
    let slices = 0;
    for (let next = this.later.shift(); next !== undefined; next = this.later.shift()) {
      next();
      slices += 1;
    }
    return slices;
  }
}

/** A hub of streams that record what they are sent. */
function hubOf(count: number, { lookMs = 1 } = {}) {
  const clock = new SlowClock(lookMs);
  const reports: Broadcast[] = [];
  const meter = { ...noMeter, broadcast: (report: Broadcast) => void reports.push(report) };
  const hub = new StreamHub({ clock, limits: defaultBearerLimits, meter });
  const keeper: StreamKeeper = {
    limits: defaultBearerLimits,
    onPending: () => {},
    cut: () => {},
    pace: (tell) => tell(),
  };
  const first = live(1);
  const sent: string[][] = [];
  for (let place = 0; place < count; place += 1) {
    const frames: string[] = [];
    sent.push(frames);
    const [, key] = registered(`key-${place}`);
    const sink = {
      send: (bytes: Uint8Array) => void frames.push(new TextDecoder().decode(bytes)),
      pendingBytes: () => 0,
      close: () => {},
      cut: () => {},
    };
    const view = new ServerView(first);
    hub.add(
      new OpenStream({ key, origin: undefined, hangUp: undefined, view, sink, keeper, endsAt: Infinity }),
    );
  }
  return { hub, clock, sent, first, reports };
}

describe('StreamHub.broadcast()', () => {
  it('lets other work in between slices, and reaches everyone', () => {
    const { hub, clock, sent } = hubOf(30);
    hub.broadcast(live(2));
    const reached = () => sent.filter((frames) => frames.length === 1).length;
    expect(reached()).toBeLessThanOrEqual(defaultBearerLimits.sliceMsMax + 1);
    expect(clock.runAll()).toBeGreaterThan(2);
    expect(reached()).toBe(30);
  });

  it('lets other work in also where time stands still while it writes', () => {
    const { hub, clock, sent } = hubOf(1_300, { lookMs: 0 });
    hub.broadcast(live(2));
    const reached = () => sent.filter((frames) => frames.length === 1).length;
    expect(reached()).toBe(defaultBearerLimits.sliceStreamsMax);
    expect(clock.runAll()).toBe(2);
    expect(reached()).toBe(1_300);
  });

  it('goes on to a later ruleset that comes meanwhile, and no reader is left behind', () => {
    const { hub, clock, sent } = hubOf(30);
    const last = live(3);
    hub.broadcast(live(2));
    hub.broadcast(last);
    clock.runAll();
    for (const frames of sent) expect(frames.at(-1)).toContain(`id: ${last.positionText}\n`);
    // Whoever was not reached by the first slice hears of the last state only.
    expect(sent.filter((frames) => frames.length === 1).length).toBeGreaterThan(15);
  });

  it('tells once what it came to, when all have been reached', () => {
    const { hub, clock, reports, first } = hubOf(30);
    hub.broadcast(live(2));
    expect(reports).toEqual([]);
    clock.runAll();
    expect(reports).toEqual([{ streams: 30, writes: 30, durationMs: expect.any(Number) }]);
    expect(reports[0]?.durationMs).toBeGreaterThanOrEqual(30);
    const still = hubOf(3);
    still.hub.broadcast(still.first);
    expect(still.reports).toEqual([{ streams: 3, writes: 0, durationMs: expect.any(Number) }]);
    expect(first.positionText).toBe(still.first.positionText);
  });
});
