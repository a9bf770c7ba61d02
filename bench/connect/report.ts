import { goalsTable } from '../goals-table.ts';
import { median } from '../statistics.ts';
import { judge, ratiosOf } from './goals.ts';
import type { Sample } from './sample.ts';
import type { SubjectName } from './subject.ts';

/** A finished run: the samples and the circumstances that a reader must know. */
export interface Run {
  readonly command: string;
  readonly machine: readonly string[];
  readonly loads: readonly string[];
  readonly samples: readonly Sample[];
}

const titles: Readonly<Record<SubjectName, string>> = {
  fauna: 'Fauna: `POST /connect/client`, the bearer of `npm run bearer` over Redis',
  hello: "floor: bare Hono on the bearer's own server, POST with the same JSON body, answers 5 bytes",
  'hello-serve': "floor: the same on Hono's `serve()` with its defaults",
  'unleash-proxy': '@unleash/proxy 1.4.19: `GET /proxy`',
  'unleash-server': 'unleash-server 8.2.0 over Postgres: `GET /api/frontend`',
};

/** Words a run as a page of Markdown. */
export function report({ command, machine, loads, samples }: Run): string {
  const sets = [...new Set(samples.map(({ set }) => set))];
  const rounds = new Set(samples.map(({ round }) => round)).size;
  const lines = [
    '# Every flag for one user, over HTTP',
    '',
    `- Command: \`${command}\``,
    ...machine.map((line) => `- ${line}`),
    `- Load (/proc/loadavg) before: ${loads.at(0)}; after: ${loads.at(-1)}`,
    `- ${rounds} rounds, servers in turn; server and client each on a CPU of its own`,
    '',
  ];
  for (const set of sets) lines.push(`## ${set}`, '', ...table(samples, set), '');
  lines.push('## Goals', '', 'Judged by the median of the ratios of CPU time within each round.', '');
  lines.push(goalsTable(judge(samples).map(({ words, measured, met }) => ({ goal: words, measured, met }))));
  lines.push('', '## How it is measured', '', ...method);
  return `${lines.join('\n')}\n`;
}

function table(samples: readonly Sample[], set: Sample['set']): readonly string[] {
  const subjects = [...new Set(samples.filter((s) => s.set === set).map(({ subject }) => subject))];
  const rows = subjects.map((subject) => {
    const own = samples.filter((s) => s.set === set && s.subject === subject);
    const cpu = own.map(({ cpuUs }) => cpuUs);
    const cells = [
      titles[subject],
      median(cpu).toFixed(0),
      Math.min(...cpu).toFixed(0),
      `${median(ratiosOf(samples, set, subject)).toFixed(2)}×`,
      median(own.map(({ requestsPerSecond }) => requestsPerSecond)).toFixed(0),
      median(own.map(({ bytes }) => bytes)).toFixed(0),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| server | CPU µs/request, median | least | to ours | requests/s | bytes/answer |',
    '| --- | --: | --: | --: | --: | --: |',
    ...rows,
  ];
}

const method = [
  '- All servers run on one and the same Node, which the peers bring because they need 22 or newer, and have the same flags and users.',
  '- Before it is timed, every server answers all 200 users: what rules decide must be exactly what the set says, and rollouts must turn on 30 % (±3). Else the benchmark fails. Every server is warmed up by 20,000 requests, or 40 s.',
  '- CPU time is user and system time of the whole server process, all threads, from /proc/PID/stat. The client is wrk with 32 connections kept open; each server has its turn in every round.',
  '- Unleash answers only what is on (about two thirds of the flags), and not why; its frontend API takes the context in the query, ours in the body.',
  '- Ours includes finding the key, judging the body, the ETag and the headers that security asks for.',
  '- Absolute figures move with the machine and its load by a half or more; the ratios hold.',
];
