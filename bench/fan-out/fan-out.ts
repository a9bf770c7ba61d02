import { parseArgs } from 'node:util';
import { startFloor } from '../floor/floor.ts';
import type { Goal } from '../goals-table.ts';
import { machineLoad } from '../machine.ts';
import { table } from '../markdown-table.ts';
import { median } from '../statistics.ts';
import { writePage } from '../streams/bench-page.ts';
import { type Change, peerFrame } from '../streams/bench-server.ts';
import type { ClientMethods } from '../streams/client-process.ts';
import { pins } from '../streams/pins.ts';
import { type RemoteProcess, startRemote } from '../streams/remote.ts';
import type { ServerMethods, ServerName } from '../streams/server-process.ts';

const rivals = ['net', 'fauna', 'fauna-hono', 'http', 'hono'] as const satisfies readonly ServerName[];
type Rival = (typeof rivals)[number] | 'floor';

const titles: Readonly<Record<Rival, string>> = {
  floor: 'C, `write(2)` in a loop: the floor',
  net: 'Node’s `net`, `socket.write()` of shared bytes: the floor of JavaScript',
  fauna: 'Fauna, front door',
  'fauna-hono': 'Fauna, behind Node’s own server (pooled connections)',
  http: 'plain `http`, `response.write()` of shared bytes',
  hono: 'Hono `streamSSE().writeSSE()`',
};

/** What delivering one change to all streams of one server came to. */
interface Delivery {
  /** Without what the change costs a server that has no streams. */
  readonly cpuUsPerEvent: number;
  /** What the change costs a server that has no streams: to read, verify and compile it. */
  readonly applyCpuUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A server with its clients, all streams open. */
interface Side {
  readonly name: Rival;
  deliver(): Promise<Delivery>;
  stop(): void;
}

const goalsAt = { timesFloorMax: 1.5, timesBelowHono: 2, rolloutShareMax: 0.12, loopDelayMsMax: 50 } as const;
/** Rounds before the first that counts: until a function has run some ten thousand times, V8 is still compiling it. */
const warmUpRounds = 10;
/** A delivery that takes longer has lost something. */
const deliveryMsMax = 60_000;

/** `npm run bench -- fan-out`: what it costs to tell every open stream of a change, and who is told. */
export async function fanOut(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { streams: { type: 'string', default: '4000' }, rounds: { type: 'string', default: '9' } },
  });
  const [count, rounds] = [Number(values.streams), Number(values.rounds)];
  const loadBefore = machineLoad();
  const deliveries = await compare(count, rounds);
  const selective = await selectivity(2 * count);
  const ratio = (name: Rival, to: Rival) =>
    median(
      (deliveries.get(name) ?? []).map(
        ({ cpuUsPerEvent }, round) =>
          cpuUsPerEvent / (deliveries.get(to)?.[round]?.cpuUsPerEvent ?? Number.NaN),
      ),
    );
  writePage({
    name: 'fan-out',
    title: 'What it costs to tell every stream',
    command: ['npm run bench -- fan-out', ...args].join(' '),
    loadBefore,
    goals: judge({ ratio, selective, streams: 2 * count }),
    sections: [
      `## One change, ${count.toLocaleString('en')} client streams that all see it`,
      table(
        ['server', 'CPU µs per event', 'to the floor', 'CPU ms per change besides', 'p50 ms', 'p99 ms'],
        [...deliveries].map(([name, found]) => [
          titles[name],
          median(found.map(({ cpuUsPerEvent }) => cpuUsPerEvent)).toFixed(1),
          `${ratio(name, 'floor').toFixed(2)}×`,
          (median(found.map(({ applyCpuUs }) => applyCpuUs)) / 1_000).toFixed(1),
          median(found.map(({ p50Ms }) => p50Ms)).toFixed(0),
          median(found.map(({ p99Ms }) => p99Ms)).toFixed(0),
        ]),
      ),
      `## Who is told, of ${(2 * count).toLocaleString('en')} client streams with 100 flags each`,
      table(
        ['change', 'streams written to', 'CPU µs per stream', 'longest hold of the event loop'],
        selective.map(({ change, writes, cpuUsPerStream, loopDelayMs }) => [
          changeTitles[change],
          `${writes} (${((100 * writes) / (2 * count)).toFixed(1)} %)`,
          cpuUsPerStream.toFixed(1),
          `${loopDelayMs.toFixed(0)} ms`,
        ]),
      ),
      '## How it is measured',
      method(rounds),
    ],
    keep: count >= 4_000 && rounds >= 5,
  });
}

const method = (
  rounds: number,
) => `Every server is a process of its own on one CPU, its clients are bare sockets of another
process on the other CPU. ${rounds} rounds after ${warmUpRounds} that warm up, the servers in turn within each; a ratio is the median of the ratios within the
rounds, since the machine is never the same twice. CPU is user and system time of the server from the change's arrival until
the last client has it. For Fauna that includes reading, verifying and compiling the ruleset; the same server without
streams gets the same change in each round, and what it costs there is taken off and shown by itself. Times are from the change's arrival until a client's process has read the frame. On the loopback interface a sender
also pays for what the receiver's kernel does; a network card is cheaper.`;

async function compare(count: number, rounds: number): Promise<ReadonlyMap<Rival, readonly Delivery[]>> {
  const sides: Side[] = [];
  try {
    sides.push(await floorSide(count));
    for (const name of rivals) sides.push(await serverSide(name, count));
    const found = new Map<Rival, Delivery[]>(sides.map(({ name }) => [name, []]));
    for (let round = -warmUpRounds; round < rounds; round += 1)
      for (const side of sides) {
        const delivery = await side.deliver();
        if (round >= 0) found.get(side.name)?.push(delivery);
      }
    return found;
  } finally {
    for (const side of sides) side.stop();
  }
}

async function clientsOf(port: number, count: number): Promise<RemoteProcess<ClientMethods>> {
  const clients = startRemote<ClientMethods>({ words: ['stream-clients'], pin: pins().clients });
  await clients.call.open({ port, count, from: 0 });
  return clients;
}

/** Waits until all have the frame. */
async function arrivals(clients: RemoteProcess<ClientMethods>, count: number, begunNs: string) {
  if (!(await clients.call.patches({ count, withinMs: deliveryMsMax })))
    throw new Error('Cannot measure a delivery: not every stream was told');
  return clients.call.arrivals(begunNs);
}

async function floorSide(count: number): Promise<Side> {
  const floor = await startFloor(pins().server);
  const clients = await clientsOf(floor.port, count);
  let version = 0;
  return {
    name: 'floor',
    async deliver() {
      version += 1;
      await clients.call.reset();
      const { cpuUs, begunNs } = await floor.broadcast(Buffer.from(peerFrame(version)));
      const { p50Ms, p99Ms } = await arrivals(clients, count, String(begunNs));
      return { cpuUsPerEvent: cpuUs / count, applyCpuUs: 0, p50Ms, p99Ms };
    },
    stop() {
      clients.stop();
      floor.stop();
    },
  };
}

function startServer(name: ServerName): RemoteProcess<ServerMethods> {
  return startRemote<ServerMethods>({
    words: ['stream-server', name],
    pin: pins().server,
    nodeOptions: ['--expose-gc'],
  });
}

async function serverSide(name: ServerName & Rival, count: number): Promise<Side> {
  const server = startServer(name);
  // The same server without streams gets the same changes, so that what a change costs anyway is known.
  const idle = startServer(name);
  const clients = await clientsOf(await server.call.port(), count);
  return {
    name,
    async deliver() {
      await idle.call.prepare('everybody');
      const idleBefore = await idle.call.cpuUs();
      await idle.call.publish();
      await idle.call.delivered();
      const applyCpuUs = (await idle.call.cpuUs()) - idleBefore;
      await server.call.prepare('everybody');
      await clients.call.reset();
      const before = await server.call.cpuUs();
      const begunNs = await server.call.publish();
      const { p50Ms, p99Ms } = await arrivals(clients, count, begunNs);
      const cpuUs = (await server.call.cpuUs()) - before;
      return { cpuUsPerEvent: (cpuUs - applyCpuUs) / count, applyCpuUs, p50Ms, p99Ms };
    },
    stop() {
      clients.stop();
      server.stop();
      idle.stop();
    },
  };
}

const changes = ['everybody', 'every-flag', 'rollout-20', 'nobody'] as const satisfies readonly Change[];
const changeTitles: Readonly<Record<(typeof changes)[number], string>> = {
  everybody: 'one flag is turned over for everybody',
  'every-flag': 'the same, and 99 flags change without another value for anybody',
  'rollout-20': 'a rollout goes from 10 % to 20 %',
  nobody: 'a rule changes that nobody meets',
};

/** How many streams were written to, and how long the event loop was held. */
interface Selective {
  readonly change: (typeof changes)[number];
  readonly writes: number;
  readonly cpuUsPerStream: number;
  readonly loopDelayMs: number;
}

async function selectivity(count: number): Promise<readonly Selective[]> {
  const server = startServer('fauna');
  const clients = await clientsOf(await server.call.port(), count);
  try {
    const found: (Omit<Selective, 'change'> & { readonly change: Change })[] = [];
    await server.call.settledRssBytes();
    const warmUp = Array.from({ length: warmUpRounds }, () => [...changes, 'rollout-10'] as const).flat();
    for (const change of [...warmUp, ...changes]) {
      await server.call.prepare(change);
      await clients.call.reset();
      // Long enough for what the last change has left behind, and none of it enforced: that would also throw away code.
      await new Promise((resolve) => setTimeout(resolve, 500));
      await server.call.loopDelayMsMax();
      const before = await server.call.cpuUs();
      const begunNs = await server.call.publish();
      await server.call.delivered();
      const cpuUsPerStream = ((await server.call.cpuUs()) - before) / count;
      const loopDelayMs = await server.call.loopDelayMsMax();
      // Whoever was not written to by now never is: the broadcast is over, and what is on its way arrives.
      await new Promise((resolve) => setTimeout(resolve, found.length < warmUp.length ? 100 : 2_000));
      const { patches } = await clients.call.arrivals(begunNs);
      found.push({ change, writes: patches, cpuUsPerStream, loopDelayMs });
    }
    return found.slice(warmUp.length) as Selective[];
  } finally {
    clients.stop();
    server.stop();
  }
}

function judge({
  ratio,
  selective,
  streams,
}: {
  readonly ratio: (name: Rival, to: Rival) => number;
  readonly selective: readonly Selective[];
  readonly streams: number;
}): readonly Goal[] {
  const { timesFloorMax, timesBelowHono, rolloutShareMax, loopDelayMsMax } = goalsAt;
  const toFloor = ratio('fauna', 'floor');
  const toHono = ratio('hono', 'fauna');
  const writes = (change: Change) => selective.find((found) => found.change === change)?.writes ?? Number.NaN;
  const share = writes('rollout-20') / streams;
  const held = Math.max(...selective.map(({ loopDelayMs }) => loopDelayMs));
  return [
    {
      goal: `CPU per delivered event ≤ ${timesFloorMax}× the C \`write()\` loop`,
      measured: `${toFloor.toFixed(2)}×`,
      met: toFloor <= timesFloorMax,
    },
    {
      goal: `≥ ${timesBelowHono}× less than Hono \`streamSSE()\``,
      measured: `${toHono.toFixed(1)}×`,
      met: toHono >= timesBelowHono,
    },
    {
      goal: `a rollout from 10 to 20 % writes to ≤ ${100 * rolloutShareMax} % of the streams`,
      measured: `${(100 * share).toFixed(1)} %`,
      met: share <= rolloutShareMax,
    },
    {
      goal: 'a change that leaves a context’s values alone writes nothing',
      measured: `${writes('nobody')} writes`,
      met: writes('nobody') === 0,
    },
    {
      goal: `the event loop is held ≤ ${loopDelayMsMax} ms at ${streams.toLocaleString('en')} streams × 100 flags`,
      measured: `${held.toFixed(0)} ms`,
      met: held <= loopDelayMsMax,
    },
  ];
}
