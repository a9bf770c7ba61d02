import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { referenceSet } from '../evaluate/reference-set.ts';
import { startFloor } from '../floor/floor.ts';
import { describeMachine, machineLoad } from '../machine.ts';
import { type Fauna, putFlags, startFauna } from '../processes/start-fauna.ts';
import { CommitWatch, wallMs } from '../processes/watch-commits.ts';
import { quantile } from '../statistics.ts';
import type { Arrivals } from './change-clients.ts';
import { startClients } from './clients-process.ts';
import { type Change, report } from './report.ts';

/** A flag that answers everybody the same, so that a toggle of it is a change for every stream. */
const flagForAll = 'for-all';
const pauseMs = 100;
const reportFile = fileURLToPath(new URL('../reports/propagation.md', import.meta.url));

/**
 * How long a change takes from its commit to one client, and to thousands, beside the floor's broadcast of the same bytes
 * to as many. Prints the report; the run with default options is written to bench/reports/propagation.md.
 */
export async function propagation(args: readonly string[]): Promise<void> {
  const { streams, singles, rounds } = options(args);
  const loads = [machineLoad()];
  const fauna = await startFauna({ bearer: true });
  const clients = startClients();
  const floor = await startFloor([]);
  try {
    await putFlags(fauna, referenceSet('rules-100'));
    await fauna.api('POST', '/projects/default/flags', { key: flagForAll, name: 'For all', kind: 'boolean' });
    await untilServed(fauna);
    const port = fauna.bearer?.port ?? 0;
    const watch = await CommitWatch.open(fauna);

    const change = async (group: string): Promise<Change & { readonly frame: string }> => {
      await sleep(pauseMs);
      const toggle = await watch.toggle(flagForAll);
      const { ns, frame } = await clients.arrivals(group);
      // Both clocks are read together, so that moments of the one can be told in the other.
      const shiftMs = wallMs() - Number(process.hrtime.bigint()) / 1e6;
      const arrivedMs = ns.map((at) => Number(at) / 1e6 + shiftMs - toggle.committedAtMs);
      return {
        answeredMs: toggle.answeredAtMs - toggle.committedAtMs,
        visibleMs: toggle.visibleAtMs - toggle.committedAtMs,
        firstMs: quantile(arrivedMs, 0),
        p50Ms: quantile(arrivedMs, 0.5),
        p99Ms: quantile(arrivedMs, 0.99),
        lastMs: quantile(arrivedMs, 1),
        reached: arrivedMs.length,
        frame,
      };
    };

    await clients.open({ name: 'one', port, heads: [streamHead(fauna, 0)] });
    for (let warm = 0; warm < 40; warm += 1) await change('one');
    const single: Change[] = [];
    for (let count = 0; count < singles; count += 1) single.push(await change('one'));
    await clients.close('one');
    console.log(`One client done, load ${machineLoad()}`);

    const heads = Array.from({ length: streams }, (_, place) => streamHead(fauna, place));
    await clients.open({ name: 'many', port, heads });
    await clients.open({ name: 'floor', port: floor.port, heads: heads.map(() => 'GET / HTTP/1.1\r\n\r\n') });
    const { frame } = await change('many');
    const many: Change[] = [];
    const floors: { readonly p50Ms: number; readonly p99Ms: number; readonly lastMs: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { begunNs } = await floor.broadcast(Buffer.from(frame));
      floors.push(sinceMs(begunNs, await clients.arrivals('floor')));
      many.push(await change('many'));
    }
    await watch.close();
    loads.push(machineLoad());
    const page = report({
      command: ['npm run bench -- propagation', ...args].join(' '),
      machine: describeMachine(),
      ...{ loads, streams, single, many, floors },
      frameBytes: Buffer.byteLength(frame),
    });
    console.log(`\n${page}`);
    if (args.length === 0) writeFileSync(reportFile, page);
  } finally {
    clients.stop();
    floor.stop();
    await fauna.stop();
  }
}

function sinceMs(begunNs: bigint, { ns }: Arrivals) {
  const ms = ns.map((at) => Number(BigInt(at) - begunNs) / 1e6);
  return { p50Ms: quantile(ms, 0.5), p99Ms: quantile(ms, 0.99), lastMs: quantile(ms, 1) };
}

/** The request that opens one user's stream. */
function streamHead({ clientKey }: Fauna, place: number): string {
  const body = JSON.stringify({ context: { key: `user-${place}`, country: 'DE', email: 'a@b.example' } });
  return [
    'POST /stream/client HTTP/1.1',
    'Host: localhost',
    `Authorization: Bearer ${clientKey}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

/** Waits until the bearer serves what was put. */
async function untilServed({ bearer, clientKey }: Fauna): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const response = await fetch(`http://127.0.0.1:${bearer?.port}/connect/client`, {
      method: 'POST',
      headers: { authorization: `Bearer ${clientKey}` },
    });
    if (response.ok && (await response.text()).includes(`"${flagForAll}"`)) return;
    await sleep(100);
  }
  throw new Error('Cannot measure: the bearer does not serve the flags');
}

function options(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      streams: { type: 'string', default: '5000' },
      singles: { type: 'string', default: '200' },
      rounds: { type: 'string', default: '20' },
    },
  });
  const [streams, singles, rounds] = [values.streams, values.singles, values.rounds].map(Number);
  if (!isCount(streams) || !isCount(singles) || !isCount(rounds))
    throw new Error('Cannot run this: --streams, --singles and --rounds are whole numbers from 1');
  return { streams, singles, rounds };
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value > 0;
}
