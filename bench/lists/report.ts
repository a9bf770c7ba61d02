import { goalsTable } from '../goals-table.ts';
import { table } from '../markdown-table.ts';
import { median, quantile } from '../statistics.ts';
import type { Asked } from './ask.ts';
import { type ListName, lists, withoutIndex } from './asked-lists.ts';
import { environmentCount, flagCount } from './put-many-flags.ts';

/** A finished run and its circumstances. */
export interface Run {
  readonly command: string;
  readonly machine: readonly string[];
  readonly loads: readonly string[];
  /** What each list has cost, round by round. */
  readonly withIndex: ReadonlyMap<ListName, readonly Asked[]>;
  /** The same without the index that has the order of lists. */
  readonly without: ReadonlyMap<ListName, readonly Asked[]>;
}

/** Words a run as a page of Markdown. */
export function report({ command, machine, loads, withIndex, without }: Run): string {
  const names = Object.keys(lists) as ListName[];
  const searches = (['common', 'rare', 'none'] as const).map((name) => p99Of(withIndex.get(name)));
  const slowest = Math.max(...searches);
  const dearest = Math.max(
    ...(['common', 'rare', 'none'] as const).map((name) => wholeOf(withIndex.get(name))),
  );
  const perFlag = cpuOf(withIndex.get('many')) / 200 / cpuOf(withIndex.get('one'));
  return `${[
    `# Lists of flags, out of ${flagCount.toLocaleString('en')} in ${environmentCount} environments`,
    '',
    `- Command: \`${command}\``,
    ...machine.map((line) => `- ${line}`),
    `- Load (/proc/loadavg) before: ${loads.at(0)}; after: ${loads.at(-1)}`,
    '- Real Postgres (fsync on), redis-server and manager process on loopback; half of the flags are archived',
    '',
    'One request at a time, through HTTP. CPU times are medians over rounds, of whole processes.',
    '',
    table(
      ['list', 'p50 ms', 'p99 ms', 'manager CPU µs', 'database CPU µs'],
      names.map((name) => [lists[name].what, ...rowOf(withIndex.get(name))]),
    ),
    '',
    '## Without the index on the order of keys',
    '',
    'In the same run and in turn with the above.',
    '',
    table(
      ['list', 'p50 ms', 'p99 ms', 'manager CPU µs', 'database CPU µs', 'database CPU, beside with it'],
      withoutIndex.map((name) => [
        lists[name].what,
        ...rowOf(without.get(name)),
        `${(databaseOf(without.get(name)) / databaseOf(withIndex.get(name))).toFixed(1)}×`,
      ]),
    ),
    '',
    '## Goals',
    '',
    goalsTable([
      {
        goal: 'first page with a search, p99 at most 50 ms, whichever search',
        measured: `${slowest.toFixed(1)} ms`,
        met: slowest <= 50,
      },
      {
        goal: 'the same in CPU time, which a busy machine does not stretch: at most 25 ms, all processes together',
        measured: `${(dearest / 1_000).toFixed(1)} ms`,
        met: dearest <= 25_000,
      },
      {
        goal: 'CPU of a page of 200, at most 0.25 × that of 200 pages of 1',
        measured: `${perFlag.toFixed(2)}×`,
        met: perFlag <= 0.25,
      },
    ]),
    '',
    '## How it is measured',
    '',
    '- The flags are written past the API, every tenth with 200 individual targets and three rules, every tenth for an audience, every tenth with a rollout. A project can hold no more: 5,000 that are served, and as many archived ones.',
    '- A search reads the text of every flag of the project, in the order of the list, until the page is full. That is bounded by the number of flags that a project can have, so that no index of trigrams is needed, which not every Postgres has.',
    '- A page takes four statements, however many flags are on it; a test counts them (`list-flags.test.ts`).',
  ].join('\n')}\n`;
}

function rowOf(asked: readonly Asked[] = []): string[] {
  const ms = asked.flatMap((one) => one.ms);
  return [
    quantile(ms, 0.5).toFixed(1),
    quantile(ms, 0.99).toFixed(1),
    median(asked.map(({ managerCpuUs }) => managerCpuUs)).toFixed(0),
    databaseOf(asked).toFixed(0),
  ];
}

function p99Of(asked: readonly Asked[] = []): number {
  return quantile(
    asked.flatMap(({ ms }) => ms),
    0.99,
  );
}

function databaseOf(asked: readonly Asked[] = []): number {
  return median(asked.map(({ databaseCpuUs }) => databaseCpuUs));
}

function wholeOf(asked: readonly Asked[] = []): number {
  return median(asked.map(({ managerCpuUs }) => managerCpuUs)) + databaseOf(asked);
}

function cpuOf(asked: readonly Asked[] = []): number {
  return median(asked.map(({ managerCpuUs, databaseCpuUs }) => managerCpuUs + databaseCpuUs));
}
