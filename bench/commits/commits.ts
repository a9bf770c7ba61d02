import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { referenceSet } from '../evaluate/reference-set.ts';
import { describeMachine, machineLoad } from '../machine.ts';
import { putFlags, startFauna } from '../processes/start-fauna.ts';
import { report } from './report.ts';
import { RowLockFloor } from './row-lock-floor.ts';
import { measureVisibility, type Visibility } from './visibility.ts';
import { type WriteRound, writeFor } from './write-round.ts';

/** Writers at once, on both sides: the manager's pool has ten connections. */
const writers = 8;
const reportFile = fileURLToPath(new URL('../reports/commits.md', import.meta.url));

/**
 * How soon a toggle is in the store, and how many toggles of one environment a manager commits in a second beside bare
 * row-lock transactions that write as much. Prints the report; the run with default options is written to
 * bench/reports/commits.md.
 */
export async function commits(args: readonly string[]): Promise<void> {
  const { toggles, rounds, seconds } = options(args);
  const loads = [machineLoad()];
  const fauna = await startFauna({ bearer: false });
  try {
    await putFlags(fauna, referenceSet('rules-100'));
    const floor = await RowLockFloor.prepare(fauna.databaseUrl, writers);
    const flags = referenceSet('rules-100').flags.map(({ key }) => key);
    // Both sides in turn before anything counts: what is compiled, planned and cached then is so in what follows.
    await writeFor(fauna, { flags, writers, seconds: 2 });
    await floor.run(1);
    const visibility: Visibility[] = [];
    const ours: WriteRound[] = [];
    const bare: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      visibility.push(...(await measureVisibility(fauna, { flags, toggles: Math.ceil(toggles / rounds) })));
      bare.push(await floor.run(seconds));
      ours.push(await writeFor(fauna, { flags, writers, seconds }));
      console.log(`Round ${round + 1} of ${rounds} done, load ${machineLoad()}`);
    }
    loads.push(machineLoad());
    const page = report({
      command: ['npm run bench -- commits', ...args].join(' '),
      machine: describeMachine(),
      ...{ loads, writers, visibility, ours, bare },
      snapshotBytes: floor.snapshotBytes,
    });
    console.log(`\n${page}`);
    if (args.length === 0) writeFileSync(reportFile, page);
    await floor.close();
  } finally {
    await fauna.stop();
  }
}

function options(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      toggles: { type: 'string', default: '300' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
    },
  });
  const [toggles, rounds, seconds] = [values.toggles, values.rounds, values.seconds].map(Number);
  if (!isCount(toggles) || !isCount(rounds) || !isCount(seconds))
    throw new Error('Cannot run this: --toggles, --rounds and --seconds are whole numbers from 1');
  return { toggles, rounds, seconds };
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value > 0;
}
