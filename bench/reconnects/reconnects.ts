import { parseArgs } from 'node:util';
import { machineLoad } from '../machine.ts';
import { table } from '../markdown-table.ts';
import { median } from '../statistics.ts';
import { writePage } from '../streams/bench-page.ts';
import type { ClientMethods } from '../streams/client-process.ts';
import { pins } from '../streams/pins.ts';
import { startRemote } from '../streams/remote.ts';
import type { ServerMethods, ServerName } from '../streams/server-process.ts';

/** How many streams a server process without clients beside it must be able to take back within a second. */
const perSecondMin = 2_000;

const servers = ['fauna', 'fauna-hono', 'http', 'hono'] as const satisfies readonly ServerName[];
const titles: Readonly<Record<(typeof servers)[number], string>> = {
  fauna: 'Fauna, front door',
  'fauna-hono': 'Fauna, behind Node’s own server',
  http: 'plain `http`, one line to each',
  hono: 'Hono `streamSSE()`, one line to each',
};

interface Storm {
  readonly puts: number;
  readonly nones: number;
  readonly cpuUs: number;
  readonly perSecond: number;
}

/** `npm run bench -- reconnects`: every stream breaks at once and comes back with the position that it holds. */
export async function reconnects(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { streams: { type: 'string', default: '5000' }, rounds: { type: 'string', default: '3' } },
  });
  const [count, rounds] = [Number(values.streams), Number(values.rounds)];
  const loadBefore = machineLoad();
  const found = new Map<(typeof servers)[number], readonly Storm[]>();
  for (const name of servers) found.set(name, await storms(name, { count, rounds }));
  const ours = found.get('fauna') ?? [];
  const puts = ours.reduce((sum, storm) => sum + storm.puts, 0);
  const cpuUs = median(ours.map((storm) => storm.cpuUs));
  const perSecond = 1e6 / cpuUs;
  writePage({
    name: 'reconnects',
    title: 'What a reconnect storm costs',
    command: ['npm run bench -- reconnects', ...args].join(' '),
    loadBefore,
    goals: [
      {
        goal: `${count.toLocaleString('en')} reconnects with \`Last-Event-ID\` and no change: 0 full payloads`,
        measured: `${puts} in ${rounds} storms`,
        met: puts === 0 && ours.every(({ nones }) => nones === count),
      },
      {
        goal: `≥ ${perSecondMin.toLocaleString('en')} reconnects a second and core`,
        measured: `${perSecond.toFixed(0)} (${cpuUs.toFixed(0)} µs each)`,
        met: perSecond >= perSecondMin,
      },
    ],
    sections: [
      `## ${count.toLocaleString('en')} streams, all at once`,
      table(
        ['server', 'CPU µs per reconnect', 'reconnects/s seen', 'full states', '“you are current”'],
        [...found].map(([name, storm]) => [
          titles[name],
          median(storm.map((one) => one.cpuUs)).toFixed(0),
          median(storm.map((one) => one.perSecond)).toFixed(0),
          String(storm.reduce((sum, one) => sum + one.puts, 0)),
          String(storm.reduce((sum, one) => sum + one.nones, 0)),
        ]),
      ),
      '## How it is measured',
      method,
    ],
    keep: count >= 5_000,
  });
}

const method = `Clients hold the streams of one server, close all sockets, and open as many again, 128 at a time, each with
\`Last-Event-ID\`, the same key and the same context. CPU is user and system time of the server from the first connection to the
last first frame, so it includes TCP's own work; a second of one core divided by it is what a process can take back. What is
seen by the clock is less, since the clients share the machine. Admission (2,000 new streams a second and process by default) is
opened wide for this: it spreads a real storm. Peers keep no positions: what they send is one constant line.`;

async function storms(
  name: ServerName,
  { count, rounds }: { readonly count: number; readonly rounds: number },
): Promise<readonly Storm[]> {
  const server = startRemote<ServerMethods>({
    words: ['stream-server', name],
    pin: pins().server,
    nodeOptions: ['--expose-gc'],
  });
  const clients = startRemote<ClientMethods>({ words: ['stream-clients'], pin: pins().clients });
  try {
    const port = await server.call.port();
    await clients.call.open({ port, count, from: 0 });
    const found: Storm[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const since = await clients.call.lastId();
      await clients.call.closeAll();
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      await clients.call.reset();
      const before = await server.call.cpuUs();
      const tookMs = await clients.call.open({ port, count, from: 0, since });
      const cpuUs = ((await server.call.cpuUs()) - before) / count;
      const { puts, nones } = await clients.call.arrivals('0');
      found.push({ puts, nones, cpuUs, perSecond: (count / tookMs) * 1_000 });
    }
    return found;
  } finally {
    clients.stop();
    server.stop();
  }
}
