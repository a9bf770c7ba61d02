import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { describeMachine, machineLoad } from '../machine.ts';
import { startFauna } from '../processes/start-fauna.ts';
import { type Asked, ask } from './ask.ts';
import { type ListName, lists, withoutIndex } from './asked-lists.ts';
import { environmentCount, putManyFlags } from './put-many-flags.ts';
import { report } from './report.ts';

const reportFile = fileURLToPath(new URL('../reports/lists.md', import.meta.url));

/**
 * What lists of flags cost in a project of 10,000 flags in five environments. Prints the report; the run with default options
 * is written to bench/reports/lists.md.
 */
export async function listsOfFlags(args: readonly string[]): Promise<void> {
  const { rounds, times } = options(args);
  const loads = [machineLoad()];
  const fauna = await startFauna({ bearer: false });
  const database = new pg.Client({ connectionString: fauna.databaseUrl });
  try {
    await database.connect();
    for (let index = 3; index < environmentCount; index += 1)
      await fauna.api('POST', '/projects/default/environments', { key: `e${index}`, name: 'E' });
    await putManyFlags(fauna.databaseUrl);
    const names = Object.keys(lists) as ListName[];
    // Each once before anything counts: what is compiled, planned and cached then is so in what follows.
    for (const name of names) await ask(fauna, database, { ...lists[name], times: 20 });
    const withIndex = new Map<ListName, Asked[]>();
    const without = new Map<ListName, Asked[]>();
    for (let round = 0; round < rounds; round += 1) {
      for (const name of names) add(withIndex, name, await ask(fauna, database, { ...lists[name], times }));
      await database.query('DROP INDEX flags_key_order');
      for (const name of withoutIndex)
        add(without, name, await ask(fauna, database, { ...lists[name], times }));
      await database.query('CREATE INDEX flags_key_order ON flags (project_id, key COLLATE "C")');
      console.log(`Round ${round + 1} of ${rounds} done, load ${machineLoad()}`);
    }
    loads.push(machineLoad());
    const page = report({
      command: ['npm run bench -- lists', ...args].join(' '),
      machine: describeMachine(),
      ...{ loads, withIndex, without },
    });
    console.log(`\n${page}`);
    if (args.length === 0) writeFileSync(reportFile, page);
  } finally {
    await database.end();
    await fauna.stop();
  }
}

function add(asked: Map<ListName, Asked[]>, name: ListName, one: Asked): void {
  asked.set(name, [...(asked.get(name) ?? []), one]);
}

function options(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '3' }, times: { type: 'string', default: '50' } },
  });
  const [rounds, times] = [values.rounds, values.times].map(Number);
  if (!isCount(rounds) || !isCount(times))
    throw new Error('Cannot run this: --rounds and --times are whole numbers from 1');
  return { rounds, times };
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value > 0;
}
