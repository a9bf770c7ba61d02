import { flag, ruleset } from '@fauna-flags/core/testing';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../clock.ts';
import { defaultBearerLimits } from '../config.ts';
import { LiveRuleset } from '../rulesets/live-ruleset.ts';
import { registered, rulesetSnapshot } from '../testing/documents.ts';
import { OpenStream } from './open-stream.ts';
import { ServerView } from './server-view.ts';
import { StreamHub } from './stream-hub.ts';

const live = (version: number) =>
  new LiveRuleset(rulesetSnapshot(ruleset(flag('pay').on(), { version })), undefined);

/** A clock on which writing one frame takes a millisecond, and `soon` waits for the test. */
class SlowClock implements Clock {
  readonly later: (() => void)[] = [];
  #now = 0;

  now(): number {
    this.#now += 1;
    return this.#now;
  }

  after(): () => void {
    return () => {};
  }

  soon(run: () => void): void {
    this.later.push(run);
  }
}

function hubOf(count: number) {
  const clock = new SlowClock();
  const hub = new StreamHub(clock, defaultBearerLimits);
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
    const options = { key, origin: undefined, hangUp: undefined, view, sink, limits: defaultBearerLimits };
    hub.add(new OpenStream({ ...options, now: 0, firstHeartbeatMs: 20_000 }));
  }
  return { hub, clock, sent };
}

describe('StreamHub.broadcast()', () => {
  it('lets other work in between slices, and reaches everyone', () => {
    const { hub, clock, sent } = hubOf(30);
    hub.broadcast(live(2));
    const reached = () => sent.filter((frames) => frames.length === 1).length;
    expect(reached()).toBeLessThanOrEqual(defaultBearerLimits.sliceMsMax + 1);
    let slices = 1;
    for (let next = clock.later.shift(); next !== undefined; next = clock.later.shift()) {
      next();
      slices += 1;
    }
    expect(reached()).toBe(30);
    expect(slices).toBeGreaterThan(3);
  });

  it('goes on to a later ruleset that comes meanwhile, and no reader is left behind', () => {
    const { hub, clock, sent } = hubOf(30);
    const last = live(3);
    hub.broadcast(live(2));
    hub.broadcast(last);
    for (let next = clock.later.shift(); next !== undefined; next = clock.later.shift()) next();
    for (const frames of sent) expect(frames.at(-1)).toContain(`id: ${last.positionText}\n`);
    // Whoever was not reached by the first slice hears of the last state only.
    expect(sent.filter((frames) => frames.length === 1).length).toBeGreaterThan(15);
  });
});
