import { goalsTable } from '../goals-table.ts';
import { median, quantile } from '../statistics.ts';
import type { Visibility } from './visibility.ts';
import type { WriteRound } from './write-round.ts';

/** A finished run and its circumstances. */
export interface Run {
  readonly command: string;
  readonly machine: readonly string[];
  readonly loads: readonly string[];
  readonly writers: number;
  readonly snapshotBytes: number;
  readonly visibility: readonly Visibility[];
  readonly ours: readonly WriteRound[];
  /** Bare transactions a second, round by round. */
  readonly bare: readonly number[];
}

/** Words a run as a page of Markdown. */
export function report(run: Run): string {
  const { visibility, ours, bare } = run;
  const visible = visibility.map(({ visibleMs }) => visibleMs);
  const ratio = median(ours.map(({ perSecond }, round) => perSecond / (bare[round] ?? Number.NaN)));
  const hasGap = ours.some(({ answered, versions }) => answered !== versions);
  const goals: readonly (readonly [goal: string, measured: string, met: boolean])[] = [
    ['commit to visible in Redis, p50 at most 5 ms', ms(quantile(visible, 0.5)), quantile(visible, 0.5) <= 5],
    [
      'commit to visible in Redis, p99 at most 25 ms',
      ms(quantile(visible, 0.99)),
      quantile(visible, 0.99) <= 25,
    ],
    ['writes at least 0.6 × the bare row-lock transaction', `${ratio.toFixed(2)}×`, ratio >= 0.6],
    ['no gap: versions grew by as many as were answered', hasGap ? 'a gap' : 'none', !hasGap],
  ];
  return `${[
    '# From a toggle to the store, and toggles a second',
    '',
    `- Command: \`${run.command}\``,
    ...run.machine.map((line) => `- ${line}`),
    `- Load (/proc/loadavg) before: ${run.loads.at(0)}; after: ${run.loads.at(-1)}`,
    `- Real Postgres (fsync on), redis-server and manager process on loopback; 100 flags, a snapshot of ${run.snapshotBytes} bytes`,
    '',
    `## ${visibility.length} toggles, one at a time`,
    '',
    '| | p50 ms | p90 | p99 | max |',
    '| --- | --: | --: | --: | --: |',
    row(
      'from the commit until it is answered',
      visibility.map(({ answeredMs }) => answeredMs),
    ),
    row('from the commit until it is visible in Redis', visible),
    row(
      'from the request until it is visible in Redis',
      visibility.map(({ fromRequestMs }) => fromRequestMs),
    ),
    '',
    `## Toggles of one environment, ${run.writers} writers at once`,
    '',
    '| round | bare transactions/s | toggles/s | ratio | manager CPU µs/toggle | answered | versions |',
    '| --: | --: | --: | --: | --: | --: | --: |',
    ...ours.map(({ perSecond, managerCpuUs, answered, versions }, round) => {
      const floor = bare[round] ?? Number.NaN;
      return `| ${round + 1} | ${floor.toFixed(0)} | ${perSecond.toFixed(0)} | ${(perSecond / floor).toFixed(2)}× | ${managerCpuUs.toFixed(0)} | ${answered} | ${versions} |`;
    }),
    '',
    '## Goals',
    '',
    goalsTable(goals.map(([goal, measured, met]) => ({ goal, measured, met }))),
    '',
    '## How it is measured',
    '',
    '- The moment of a commit is the one that Postgres dates it with (`track_commit_timestamp`), before it is flushed to disk; that of visibility is when the hint, which the script in Redis sends in the step that stores the snapshot, has come to a subscriber.',
    '- The bare transaction is BEGIN, SELECT … FOR UPDATE, UPDATE of the version, upsert of the same snapshot bytes, COMMIT, by as many connections as there are writers, in the same Postgres, in turn with ours. Ours goes through HTTP and the whole use case: it checks the token, reads and changes the configuration, compiles the environment, proves it and writes the audit trail.',
    '- Both share the two CPUs with Postgres, Redis and whoever sends the requests.',
  ].join('\n')}\n`;
}

function row(what: string, values: readonly number[]): string {
  const cells = [0.5, 0.9, 0.99, 1].map((share) => quantile(values, share).toFixed(1));
  return `| ${what} | ${cells.join(' | ')} |`;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
