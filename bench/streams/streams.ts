import { parseArgs } from 'node:util';
import type { Goal } from '../goals-table.ts';
import { machineLoad } from '../machine.ts';
import { table } from '../markdown-table.ts';
import { writePage } from './bench-page.ts';
import type { ClientMethods } from './client-process.ts';
import { pins } from './pins.ts';
import { startRemote } from './remote.ts';
import { type RuntimeName, rssBytesOf, startRuntime } from './runtimes.ts';
import type { ServerMethods, ServerName } from './server-process.ts';

/** What is measured: servers on Node, and bearers on other runtimes. */
type Subject = ServerName | RuntimeName;

const titles: Readonly<Record<Subject, string>> = {
  net: 'Node’s `net`, which keeps nothing but the socket',
  fauna: 'Fauna, front door',
  'fauna-hono': 'Fauna, behind Node’s own server (pooled connections)',
  http: 'plain `http`, `response.write()`',
  hono: 'Hono `streamSSE()`',
  deno: 'Fauna on Deno',
  workerd: 'Fauna on workerd, in Durable Objects',
};
const subjects: readonly Subject[] = ['net', 'fauna', 'fauna-hono', 'http', 'hono', 'deno', 'workerd'];

/** Memory of one idle stream, by waves: the first one also pays for what a process needs once. */
interface Waves {
  readonly server: Subject;
  /** Resident KB per stream of each wave. */
  readonly waveKb: readonly number[];
  readonly connectUs: number | undefined;
}

const ourKbMax = 6;
const timesLessThanHono = 5;
const timesLessThanHttp = 3;
const runtimeKbMax = 75;
/** How long another runtime gets to collect what a wave has left. */
const settleMs = 5_000;

/** `npm run bench -- streams`: what an idle stream costs in memory, and its opening in CPU. */
export async function streams(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      streams: { type: 'string', default: '8000' },
      server: { type: 'string', multiple: true },
    },
  });
  const loadBefore = machineLoad();
  const count = Number(values.streams);
  const chosen = subjects.filter((name) => values.server?.includes(name) ?? true);
  const results: Waves[] = [];
  for (const server of chosen) {
    const isRuntime = server === 'deno' || server === 'workerd';
    results.push(isRuntime ? await measureRuntime(server, count) : await measureWaves(server, count));
    const { waveKb } = results.at(-1) ?? { waveKb: [] };
    console.error(`${server}: ${waveKb.map((kb) => kb.toFixed(1)).join(', ')} KB per stream by waves`);
  }
  writePage({
    name: 'streams',
    title: 'What an idle stream costs',
    command: ['npm run bench -- streams', ...args].join(' '),
    loadBefore,
    sections: [
      `## ${count.toLocaleString('en')} client streams, 100 flags, a context of 8 attributes`,
      resultTable(results),
      '## How it is measured',
      method,
    ],
    goals: judge(results),
    keep: chosen.includes('fauna') && chosen.length > 3 && count >= 8_000,
  });
}

const method = `Each server is a process of its own and keeps the context of every stream. Clients are bare sockets of
another process that open four waves of equal size and read what comes. After each wave garbage is collected (\`gc()\` six
times over 300 ms) and the resident memory is read; a wave costs what it added, divided by its streams. Goals are judged by
the mean of the last two waves: the first also pays for code and heap that a process needs once, and V8 grows its heap in
steps. Kernel memory of sockets is not in it and equal for all. CPU per opening is user and system time from the first
connection to the last first frame, of all waves. On Deno and workerd whole bearers run over a real Redis and are given
five seconds after each wave; their memory is what the kernel counts, garbage included.`;

async function measureWaves(name: ServerName, count: number): Promise<Waves> {
  const { server: serverPin, clients: clientPin } = pins();
  const server = startRemote<ServerMethods>({
    words: ['stream-server', name],
    pin: serverPin,
    nodeOptions: ['--expose-gc'],
  });
  const clients = startRemote<ClientMethods>({ words: ['stream-clients'], pin: clientPin });
  try {
    const port = await server.call.port();
    // One stream warms up what is compiled and loaded at first use.
    await clients.call.open({ port, count: 50, from: count });
    const waveKb: number[] = [];
    const perWave = Math.floor(count / 4);
    let cpuUs = 0;
    let before = await server.call.settledRssBytes();
    for (let wave = 0; wave < 4; wave += 1) {
      const cpuBefore = await server.call.cpuUs();
      await clients.call.open({ port, count: perWave, from: wave * perWave });
      cpuUs += (await server.call.cpuUs()) - cpuBefore;
      const after = await server.call.settledRssBytes();
      waveKb.push((after - before) / perWave / 1_024);
      before = after;
    }
    return { server: name, waveKb, connectUs: cpuUs / (4 * perWave) };
  } finally {
    clients.stop();
    server.stop();
  }
}

/** Other runtimes are whole bearers over a real store, and nobody can make them collect: they are given time instead. */
async function measureRuntime(name: RuntimeName, count: number): Promise<Waves> {
  const server = await startRuntime(name);
  const clients = startRemote<ClientMethods>({ words: ['stream-clients'], pin: pins().clients });
  try {
    const perWave = Math.floor(count / 4);
    await clients.call.open({ port: server.port, count: 50, from: count });
    const waveKb: number[] = [];
    let before = rssBytesOf(server.pid);
    for (let wave = 0; wave < 4; wave += 1) {
      await clients.call.open({ port: server.port, count: perWave, from: wave * perWave });
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      const after = rssBytesOf(server.pid);
      waveKb.push((after - before) / perWave / 1_024);
      before = after;
    }
    return { server: name, waveKb, connectUs: undefined };
  } finally {
    clients.stop();
    await server.stop();
  }
}

/** What one more stream costs once there are many. */
function marginalKb({ waveKb }: Waves): number {
  return waveKb.slice(-2).reduce((sum, kb) => sum + kb, 0) / 2;
}

function resultTable(results: readonly Waves[]): string {
  const rows = results.map((result) => [
    titles[result.server],
    marginalKb(result).toFixed(1),
    result.waveKb.map((kb) => kb.toFixed(1)).join(' · '),
    result.connectUs?.toFixed(0) ?? '–',
  ]);
  return table(['server', 'KB RSS per stream', 'by waves', 'CPU µs per opening'], rows);
}

function judge(results: readonly Waves[]): readonly Goal[] {
  const kbOf = (name: Subject) => {
    const found = results.find(({ server }) => server === name);
    return found === undefined ? undefined : marginalKb(found);
  };
  const ours = kbOf('fauna');
  if (ours === undefined) return [];
  const goals: Goal[] = [
    {
      goal: `≤ ${ourKbMax} KB RSS per idle client stream`,
      measured: `${ours.toFixed(1)} KB`,
      met: ours <= ourKbMax,
    },
  ];
  for (const [name, times] of [
    ['hono', timesLessThanHono],
    ['http', timesLessThanHttp],
  ] as const) {
    const theirs = kbOf(name);
    if (theirs === undefined) continue;
    const ratio = theirs / ours;
    goals.push({
      goal: `≥ ${times}× less than ${titles[name]}`,
      measured: `${ratio.toFixed(1)}×`,
      met: ratio >= times,
    });
  }
  for (const name of ['deno', 'workerd'] as const) {
    const kb = kbOf(name);
    if (kb === undefined) continue;
    const goal = `≤ ${runtimeKbMax} KB RSS per idle client stream: ${titles[name]}`;
    goals.push({ goal, measured: `${kb.toFixed(1)} KB`, met: kb <= runtimeKbMax });
  }
  return goals;
}
