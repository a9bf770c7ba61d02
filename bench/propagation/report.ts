import { goalsTable } from '../goals-table.ts';
import { median, quantile } from '../statistics.ts';

/** One change, in milliseconds from its commit. */
export interface Change {
  readonly answeredMs: number;
  readonly visibleMs: number;
  readonly firstMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lastMs: number;
  /** How many streams it has reached. */
  readonly reached: number;
}

/** A finished run and its circumstances. */
export interface Run {
  readonly command: string;
  readonly machine: readonly string[];
  readonly loads: readonly string[];
  readonly streams: number;
  readonly frameBytes: number;
  readonly single: readonly Change[];
  readonly many: readonly Change[];
  readonly floors: readonly { readonly p50Ms: number; readonly p99Ms: number; readonly lastMs: number }[];
}

/** Words a run as a page of Markdown. */
export function report(run: Run): string {
  const { single, many, floors, streams } = run;
  const one = single.map(({ lastMs }) => lastMs);
  const p99 = median(many.map(({ p99Ms }) => p99Ms));
  const bound = 2 * median(floors.map(({ p99Ms }) => p99Ms)) + 20;
  const lost = many.reduce((sum, { reached }) => sum + streams - reached, 0);
  const goals: readonly (readonly [goal: string, measured: string, met: boolean])[] = [
    ['1 client: p50 at most 5 ms', ms(quantile(one, 0.5)), quantile(one, 0.5) <= 5],
    ['1 client: p99 at most 20 ms', ms(quantile(one, 0.99)), quantile(one, 0.99) <= 20],
    [`${streams} clients: p99 at most 2× the floor's + 20 ms = ${ms(bound)}`, ms(p99), p99 <= bound],
    ['every stream had every change', lost === 0 ? 'all' : `${lost} missing`, lost === 0],
  ];
  return `${[
    '# From a commit to the clients',
    '',
    `- Command: \`${run.command}\``,
    ...run.machine.map((line) => `- ${line}`),
    `- Load (/proc/loadavg) before: ${run.loads.at(0)}; after: ${run.loads.at(-1)}`,
    '- Real Postgres (fsync on), redis-server, manager process and bearer process on loopback; 101 flags',
    '',
    `## One client, ${single.length} changes`,
    '',
    '| from the commit until | p50 ms | p90 | p99 | max |',
    '| --- | --: | --: | --: | --: |',
    row(
      'it is answered',
      single.map(({ answeredMs }) => answeredMs),
    ),
    row(
      'it is visible in Redis',
      single.map(({ visibleMs }) => visibleMs),
    ),
    row('the client has it', one),
    '',
    `## ${streams} clients, ${many.length} changes of ${run.frameBytes} bytes each, in turn with the floor`,
    '',
    '| from the commit until | median ms | least | most |',
    '| --- | --: | --: | --: |',
    span(
      'it is answered',
      many.map(({ answeredMs }) => answeredMs),
    ),
    span(
      'it is visible in Redis',
      many.map(({ visibleMs }) => visibleMs),
    ),
    span(
      'the first client has it',
      many.map(({ firstMs }) => firstMs),
    ),
    span(
      'half of the clients have it',
      many.map(({ p50Ms }) => p50Ms),
    ),
    span(
      '99 % have it',
      many.map(({ p99Ms }) => p99Ms),
    ),
    span(
      'the last client has it',
      many.map(({ lastMs }) => lastMs),
    ),
    '',
    '| floor: from the first write until | median ms | least | most |',
    '| --- | --: | --: | --: |',
    span(
      'half of the clients have it',
      floors.map(({ p50Ms }) => p50Ms),
    ),
    span(
      '99 % have it',
      floors.map(({ p99Ms }) => p99Ms),
    ),
    span(
      'the last client has it',
      floors.map(({ lastMs }) => lastMs),
    ),
    '',
    '## Goals',
    '',
    goalsTable(goals.map(([goal, measured, met]) => ({ goal, measured, met }))),
    '',
    '## How it is measured',
    '',
    '- The moment of a commit is the one that Postgres dates it with, before it is flushed to disk. A client has a change when its socket gives the frame to a process that does nothing else; one such process holds all clients, of ours and of the floor.',
    '- The floor (bench/floor/floor.c) writes the bytes of the very frame that our clients got to as many sockets with write(2), and is begun by a line on its input. Both sides, the clients and the databases share the two CPUs.',
    '- Of many clients, the median over the changes is judged.',
  ].join('\n')}\n`;
}

function row(what: string, values: readonly number[]): string {
  return cells(
    what,
    [0.5, 0.9, 0.99, 1].map((share) => quantile(values, share)),
  );
}

function span(what: string, values: readonly number[]): string {
  return cells(what, [median(values), Math.min(...values), Math.max(...values)]);
}

function cells(what: string, values: readonly number[]): string {
  return `| ${[what, ...values.map((value) => value.toFixed(1))].join(' | ')} |`;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
