import { attribute, audience, flag, inAudience, ruleset } from '@fauna-flags/core/testing';
import { pause } from '../../manager/test/support/fauna-process.ts';
import { rssOf } from '../support/process-readings.ts';
import { PublishedWorld } from '../support/published-world.ts';
import { quantile } from '../support/quantiles.ts';
import { storyKeys, storyRuleset } from '../support/story.ts';
import { StreamLoad } from '../support/stream-load.ts';
import { atMost, exactly, type Finding, megabytes, type Scenario } from './scenario.ts';

const streams = 10_000;
/** Below what a bearer admits a second, so that none is sent away. */
const perSecond = 1_900;

/** C1 and C2 in one: ten thousand idle server streams, then one change to all of them. */
export const idleStreams: Scenario = {
  id: 'C1',
  title: '10,000 SSE on one bearer, idle',
  async run() {
    const world = await PublishedWorld.start();
    const plan = { ports: [world.port()], key: storyKeys.serverKey, count: streams, first: 0 };
    const startMs = performance.now();
    const load = await StreamLoad.open({ ...plan, kind: 'server', perSecond });
    try {
      const { report } = await load.until(({ open }) => open === streams, 30_000);
      const tookMs = performance.now() - startMs;
      await pause(5_000);
      return [
        exactly('open streams', report.open, streams, [JSON.stringify(report.refusals)]),
        atMost('to connect all', tookMs / 1_000, 6, ' s'),
        atMost('RSS', megabytes(rssOf(world.bearer().pid)), 250, ' MB'),
      ];
    } finally {
      await load.end();
      await world.dispose();
    }
  },
};

/** C2. */
export const serverBroadcast: Scenario = {
  id: 'C2',
  title: 'one change → 10,000 server streams, 1 KB',
  async run() {
    const padding = flag('padding').variations({ text: 'x'.repeat(600), other: 'y' });
    const world = await PublishedWorld.start({ ruleset: storyRuleset({ version: 2, flags: [padding] }) });
    try {
      return await broadcast({
        world,
        kind: 'server',
        key: storyKeys.serverKey,
        change: (version) => storyRuleset({ version, flags: [version % 2 === 0 ? padding : padding.on()] }),
        bounds: { p99Ms: 1_000, maxMs: 1_500, loopMs: 100 },
      });
    } finally {
      await world.dispose();
    }
  },
};

/** C3. */
export const clientBroadcast: Scenario = {
  id: 'C3',
  title: '10,000 client streams × 100 flags re-evaluated',
  async run() {
    // Every flag asks the audience that changes; one of them serves another value for it.
    const flags = Array.from({ length: 99 }, (_, at) =>
      flag(`flag-${at}`).on().rule('r', inAudience('all'), 'on').serve('on'),
    );
    const change = (version: number) =>
      ruleset(...flags, flag('telling').on().rule('r', inAudience('all'), 'on').serve('off'), {
        version,
        audiences: {
          all: audience(attribute('key', 'startsWith', [version % 2 === 0 ? 'nobody' : 'user-'])),
        },
      });
    const world = await PublishedWorld.start({ ruleset: change(2) });
    try {
      return await broadcast({
        world,
        kind: 'client',
        key: storyKeys.clientKey,
        change,
        bounds: { p99Ms: 3_000, maxMs: Number.POSITIVE_INFINITY, loopMs: 50 },
      });
    } finally {
      await world.dispose();
    }
  },
};

/** Publishes changes to a crowd of streams, and measures from the publish to each arrival. */
async function broadcast({
  world,
  kind,
  key,
  change,
  bounds,
}: {
  readonly world: PublishedWorld;
  readonly kind: 'client' | 'server';
  readonly key: string;
  readonly change: (version: number) => Parameters<PublishedWorld['publish']>[0];
  readonly bounds: { readonly p99Ms: number; readonly maxMs: number; readonly loopMs: number };
}): Promise<readonly Finding[]> {
  const load = await StreamLoad.open({
    ports: [world.port()],
    kind,
    key,
    count: streams,
    first: 0,
    perSecond,
  });
  try {
    const opened = await load.until(({ open }) => open === streams, 30_000);
    const all: number[] = [];
    const loopMs: number[] = [];
    let arrived = streams;
    for (let version = 3; version <= 7; version += 1) {
      await load.mark(`-${version}-`);
      await world.loopDelayMs();
      const atMs = performance.timeOrigin + performance.now();
      await world.publish(change(version));
      const { report } = await load.until(({ markedAtMs }) => markedAtMs.length >= streams, 15_000);
      arrived = Math.min(arrived, report.markedAtMs.length);
      loopMs.push(await world.loopDelayMs());
      all.push(...report.markedAtMs.map((ms) => ms - atMs));
      await pause(500);
    }
    return [
      exactly('open streams', opened.report.open, streams),
      exactly('streams that got every change', arrived, streams),
      atMost('p99', quantile(all, 0.99), bounds.p99Ms, ' ms'),
      ...(Number.isFinite(bounds.maxMs) ? [atMost('max', quantile(all, 1), bounds.maxMs, ' ms')] : []),
      atMost('longest hold of the event loop', Math.max(...loopMs), bounds.loopMs, ' ms'),
    ];
  } finally {
    await load.end();
  }
}
