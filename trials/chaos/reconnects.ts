import { pause } from '../../manager/test/support/fauna-process.ts';
import { Prober } from '../support/prober.ts';
import { PublishedWorld } from '../support/published-world.ts';
import { storyKeys } from '../support/story.ts';
import { StreamLoad } from '../support/stream-load.ts';
import { atMost, exactly, type Finding, holds, type Scenario } from './scenario.ts';

const streams = 10_000;
/** As long as streams live before their bearer dies: each has been told by a heartbeat how many they are. */
const heardMs = 22_000;

/** C4. */
export const killAndReturn: Scenario = {
  id: 'C4',
  title: 'bearer kill -9, back after 1 s, window 5 s',
  run: () => dieAndReturn({ downMs: 1_000, boundMs: 10_000 }),
};

/** C5. */
export const longerDown: Scenario = {
  id: 'C5',
  title: 'bearer kill -9, down for 3 s',
  run: () => dieAndReturn({ downMs: 3_000, boundMs: 15_000 }),
};

/** Its address comes to stand for a process that runs already: what is asked is how clients come back, not how Node starts. */
async function dieAndReturn({
  downMs,
  boundMs,
}: {
  readonly downMs: number;
  readonly boundMs: number;
}): Promise<readonly Finding[]> {
  const world = await PublishedWorld.start({ bearers: 2 });
  const load = await openAll([world.port(0)], streams, 0);
  try {
    const before = await load.until(({ open }) => open === streams, 30_000);
    await pause(heardMs);
    await load.forget();
    const reads = await world.snapshotReads();
    await world.bearer(0).end('SIGKILL');
    const startMs = performance.now();
    await pause(downMs);
    await load.aim([world.port(1)]);
    const { report } = await load.until(({ open }) => open === streams, boundMs * 3);
    const tookMs = performance.now() - startMs;
    return [
      exactly('streams before', before.report.open, streams, [JSON.stringify(before.report.refusals)]),
      exactly('streams after', report.open, streams, [JSON.stringify(report.refusals)]),
      atMost('until all were back', tookMs / 1_000, boundMs / 1_000, ' s'),
      atMost('connection attempts in the worst second', report.connectsPerSecondMax, 3_000),
      atMost('Redis reads of whole documents meanwhile', (await world.snapshotReads()) - reads, 2),
    ];
  } finally {
    await load.end();
    await world.dispose();
  }
}

/** C6. */
export const halfDies: Scenario = {
  id: 'C6',
  title: 'two bearers, kill one with 5,000 streams',
  async run() {
    const world = await PublishedWorld.start({ bearers: 2 });
    const half = streams / 2;
    const loads = [
      await openAll([world.port(0), world.port(1)], half, 0),
      await openAll([world.port(1), world.port(0)], half, half),
    ];
    const [moving, staying] = loads;
    if (moving === undefined || staying === undefined) throw new Error('Cannot lose a load');
    try {
      await moving.until(({ open }) => open === half, 30_000);
      await staying.until(({ open }) => open === half, 30_000);
      await pause(heardMs);
      const prober = new Prober({ ports: [world.port(1)], key: storyKeys.clientKey, perSecond: 100 });
      await world.bearer(0).end('SIGKILL');
      const { report, tookMs } = await moving.until(({ open }) => open === half, 30_000);
      const { failures, failureCount, p99Ms } = await prober.stop();
      const other = await staying.report();
      return [
        exactly('streams on the other', report.open + other.open, streams),
        atMost('until it had them all', tookMs / 1_000, 10, ' s'),
        exactly('failed evaluations', failureCount, 0, failures),
        atMost('p99 of evaluations during the storm', p99Ms, 50, ' ms'),
        holds('the streams of the other were not disturbed', other.ends === 0, `${other.ends} ended`),
      ];
    } finally {
      for (const load of loads) await load.end();
      await world.dispose();
    }
  },
};

function openAll(ports: readonly number[], count: number, first: number) {
  return StreamLoad.open({
    ports,
    kind: 'client',
    key: storyKeys.clientKey,
    count,
    first,
    perSecond: 1_900,
  });
}
