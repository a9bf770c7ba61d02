import { existsSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { referenceSet } from '../evaluate/reference-set.ts';
import { installPeers } from '../install-peers.ts';
import { describeMachine, machineLoad, pinning } from '../machine.ts';
import { processCpuUs } from '../processes/process-cpu.ts';
import { checkSubject } from './check-subject.ts';
import { report } from './report.ts';
import type { Sample } from './sample.ts';
import { startSubject } from './start-subject.ts';
import { lineup, type Subject, type SubjectName } from './subject.ts';
import { load, loadScript } from './wrk.ts';

const roundsDefault = 7;
const secondsDefault = 2;
const warmUpRequests = 20_000;
const warmUpSecondsMax = 40;
const reportFile = fileURLToPath(new URL('../reports/connect.md', import.meta.url));

/** One server with what it is loaded with. */
interface Entrant {
  readonly set: Sample['set'];
  readonly name: SubjectName;
  readonly subject: Subject;
  readonly script: string;
}

/**
 * What `POST /connect/client` costs beside a bare Hono server and the servers of Unleash. Prints the report; the whole run
 * with its default options, and only it, is also written to bench/reports/connect.md. `--subject` (repeatable) narrows it.
 */
export async function connect(args: readonly string[]): Promise<void> {
  const { subjects, rounds, seconds } = options(args);
  const peersFolder = installPeers('servers');
  const node = nodeOf(peersFolder);
  const pin = pinning();
  const clientPin = pin.length > 0 && cpus().length > 1 ? ['taskset', '-c', '0'] : [];
  const loads = [machineLoad()];
  const samples: Sample[] = [];
  const entrants: Entrant[] = [];
  try {
    for (const { set, subjects: all } of lineup)
      for (const name of all.filter((one) => subjects === undefined || subjects.includes(one))) {
        console.log(`Starting ${name} on ${set} …`);
        const subject = await startSubject(name, { set: referenceSet(set), pin, node, peersFolder });
        entrants.push({ set, name, subject, script: loadScript(referenceSet(set), subject) });
        await checkSubject(referenceSet(set), subject);
      }
    for (const entrant of entrants) await warmUp(entrant, clientPin);
    for (let round = 0; round < rounds; round += 1) {
      for (const entrant of entrants) samples.push(await turn(entrant, { round, seconds, pin: clientPin }));
      console.log(`Round ${round + 1} of ${rounds} done, load ${machineLoad()}`);
    }
  } finally {
    for (const { subject } of entrants) await subject.stop();
  }
  loads.push(machineLoad());
  const page = report({
    command: ['npm run bench -- connect', ...args].join(' '),
    machine: [...describeMachine().slice(1), 'Servers on Node 24.9.0, client wrk'],
    loads,
    samples,
  });
  console.log(`\n${page}`);
  if (args.length === 0) writeFileSync(reportFile, page);
}

async function warmUp({ subject, script }: Entrant, pin: readonly string[]): Promise<void> {
  const startedMs = performance.now();
  for (let requests = 0; requests < warmUpRequests; ) {
    if (performance.now() - startedMs > warmUpSecondsMax * 1_000) return;
    requests += (await load(subject.port, { script, seconds: 2, pin })).requests;
  }
}

async function turn(
  { set, name, subject, script }: Entrant,
  {
    round,
    seconds,
    pin,
  }: { readonly round: number; readonly seconds: number; readonly pin: readonly string[] },
): Promise<Sample> {
  const before = processCpuUs(subject.pid);
  const { requests, bytes } = await load(subject.port, { script, seconds, pin });
  const cpuUs = (processCpuUs(subject.pid) - before) / requests;
  return {
    round,
    set,
    subject: name,
    cpuUs,
    requestsPerSecond: requests / seconds,
    bytes: bytes / requests,
  };
}

/** The Node that came with the peers; one that npm did not bring for this platform must be ours. */
function nodeOf(peersFolder: string): string {
  const file = join(peersFolder, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  return existsSync(file) ? file : process.execPath;
}

function options(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      subject: { type: 'string', multiple: true },
      rounds: { type: 'string', default: String(roundsDefault) },
      seconds: { type: 'string', default: String(secondsDefault) },
    },
  });
  const rounds = Number(values.rounds);
  const seconds = Number(values.seconds);
  if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seconds) || seconds < 1)
    throw new Error('Cannot run this: --rounds and --seconds are whole numbers from 1');
  return { subjects: values.subject, rounds, seconds };
}
