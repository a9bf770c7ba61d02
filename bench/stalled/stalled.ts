import { parseArgs } from 'node:util';
import { machineLoad } from '../machine.ts';
import { table } from '../markdown-table.ts';
import { median } from '../statistics.ts';
import { writePage } from '../streams/bench-page.ts';
import type { ClientMethods } from '../streams/client-process.ts';
import { pins } from '../streams/pins.ts';
import { type RemoteProcess, startRemote } from '../streams/remote.ts';
import type { ServerMethods } from '../streams/server-process.ts';

/** What the 99th of a hundred readers may wait longer because others do not read. */
const timesMax = 1.2;
const stalledShare = 0.05;

/** `npm run bench -- stalled`: do readers that read notice those that do not? */
export async function stalled(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { streams: { type: 'string', default: '4000' }, rounds: { type: 'string', default: '15' } },
  });
  const [count, rounds] = [Number(values.streams), Number(values.rounds)];
  const loadBefore = machineLoad();
  const stalledCount = Math.round(count * stalledShare);
  // Both have as many streams; in one of them some never read.
  const alone = await startSide({ reading: count, stalled: 0 });
  const beside = await startSide({ reading: count - stalledCount, stalled: stalledCount });
  try {
    const [without, withStalled]: [number[], number[]] = [[], []];
    for (let round = -2; round < rounds; round += 1)
      for (const [side, found] of [
        [alone, without],
        [beside, withStalled],
      ] as const) {
        const p99Ms = await side.deliver();
        if (round >= 0) found.push(p99Ms);
      }
    const ratio = median(withStalled.map((p99Ms, round) => p99Ms / (without[round] ?? Number.NaN)));
    writePage({
      name: 'stalled',
      title: 'What readers notice of others that do not read',
      command: ['npm run bench -- stalled', ...args].join(' '),
      loadBefore,
      goals: [
        {
          goal: `5 % stalled clients move the others’ p99 by ≤ ${timesMax}×`,
          measured: `${ratio.toFixed(2)}×`,
          met: ratio <= timesMax,
        },
      ],
      sections: [
        `## ${count.toLocaleString('en')} client streams, a change that all see`,
        table(
          ['', 'p99 ms, median of the rounds'],
          [
            ['all read', median(without).toFixed(0)],
            [`${stalledCount} do not read`, median(withStalled).toFixed(0)],
          ],
        ),
        '## How it is measured',
        `Two servers, each in a process of its own with clients of its own, take turns for ${rounds} rounds; the ratio is the median
of the ratios within the rounds. Stalled clients take the first frame and never read again. Times are from the change's arrival at
the bearer until the client's process has read the frame.`,
      ],
      keep: count >= 4_000 && rounds >= 10,
    });
  } finally {
    alone.stop();
    beside.stop();
  }
}

async function startSide({ reading, stalled }: { readonly reading: number; readonly stalled: number }) {
  const server = startRemote<ServerMethods>({
    words: ['stream-server', 'fauna'],
    pin: pins().server,
    nodeOptions: ['--expose-gc'],
  });
  const clients = startRemote<ClientMethods>({ words: ['stream-clients'], pin: pins().clients });
  const port = await server.call.port();
  await clients.call.open({ port, count: reading, from: 0 });
  await clients.call.open({ port, count: stalled, from: reading, stalled: true });
  return {
    deliver: () => deliver({ server, clients, reading }),
    stop() {
      clients.stop();
      server.stop();
    },
  };
}

async function deliver({
  server,
  clients,
  reading,
}: {
  readonly server: RemoteProcess<ServerMethods>;
  readonly clients: RemoteProcess<ClientMethods>;
  readonly reading: number;
}): Promise<number> {
  await server.call.prepare('everybody');
  await clients.call.reset();
  const begunNs = await server.call.publish();
  if (!(await clients.call.patches({ count: reading, withinMs: 60_000 })))
    throw new Error('Cannot measure a delivery: not every stream was told');
  return (await clients.call.arrivals(begunNs)).p99Ms;
}
