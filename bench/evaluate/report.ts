import { productNames } from './engine.ts';
import { engines } from './engines.ts';
import { type JudgedGoal, judge } from './goals.ts';
import { type ReferenceSetName, referenceSet } from './reference-set.ts';
import { costOf, type Sample } from './samples.ts';

/** A finished run: the samples and the circumstances that a reader must know. */
export interface Run {
  readonly command: string;
  readonly machine: readonly string[];
  readonly loads: readonly string[];
  readonly rounds: number;
  readonly pinned: boolean;
  readonly samples: readonly Sample[];
}

const setWords: Readonly<Record<ReferenceSetName, string>> = {
  'rules-100': '100 flags: two rules, else a rollout of 30 %',
  'rules-350': '350 flags: two rules, else a rollout of 30 %',
  'everything-100': '100 flags, all features on: prerequisite, targets, audience, two rules, rollout',
};

/** Words a run as a page of Markdown: the same page is printed and kept. */
export function report(run: Run): string {
  const sets = [...new Set(run.samples.map(({ set }) => set))];
  const goals = sets.flatMap((set) => judge(run.samples, set));
  const parts = [
    '# Evaluating every flag for one user',
    introduction(run),
    ...sets.flatMap((set) => [`## ${setWords[set]}`, table(run, set)]),
    '## Goals',
    'Absolute costs are judged by the median CPU time of the rounds, peers by the median of the ratio within each round. The stretch bar is what we want beyond what we promise.',
    goalTable(goals),
    '## How it is measured',
    method(run),
  ];
  return `${parts.join('\n\n')}\n`;
}

function introduction({ command, machine, loads, rounds, pinned }: Run): string {
  return [
    `- Command: \`${command}\``,
    ...machine.map((line) => `- ${line}`),
    `- Load (/proc/loadavg) before: ${loads.at(0)}; after: ${loads.at(-1)}`,
    `- ${rounds} rounds, engines in turn, each in a fresh process${pinned ? ' pinned to one CPU' : ''}`,
  ].join('\n');
}

function table({ samples }: Run, set: ReferenceSetName): string {
  const names = [...new Set(samples.map(({ engine }) => engine))];
  const rows = productNames.flatMap((product) =>
    names.map((engine) => {
      const { cpuNsMedian, cpuNsMin, bestNs, ratio } = costOf(samples, { engine, set, product });
      return row([
        engines[engine].title,
        product,
        ns(cpuNsMedian),
        ns(cpuNsMin),
        ns(bestNs),
        `${ratio.toFixed(1)}×`,
      ]);
    }),
  );
  return [
    row(['engine', 'product', 'ns/flag, median CPU', 'least CPU', 'quickest batch', 'to ours']),
    row(['---', '---', '--:', '--:', '--:', '--:']),
    ...rows,
  ].join('\n');
}

function goalTable(goals: readonly JudgedGoal[]): string {
  return [
    row(['set', 'goal', 'measured', '', 'stretch']),
    row(['---', '---', '--:', '---', '---']),
    ...goals.map(({ set, goal, measured, met, stretch }) =>
      row([
        set,
        goal,
        measured,
        met ? 'met' : '**not met**',
        stretch === undefined ? '' : `${stretch.goal}: ${stretch.met ? 'met' : 'not met'}`,
      ]),
    ),
  ].join('\n');
}

function method({ samples }: Run): string {
  const users = referenceSet('rules-100').users.length;
  const present = new Set(samples.map(({ engine }) => engine));
  const products = [...present].map((name) => `  - ${engines[name].title}: ${engines[name].measured}`);
  const [first] = samples;
  return [
    `- Every engine gets the same flags and the same ${users} users, in turn; contexts are in its own shape before the clock starts.`,
    `- Before it is timed, every engine answers every flag for every user: what rules, targets and prerequisites decide must be exactly what the set says (${first?.check.certain} answers of the first set), and rollouts must turn on 30 % (±3). Else the benchmark fails.`,
    '- CPU time is user and system time of the whole process, garbage collection included, over at least 150 ms, after a warm-up of 300 ms (flagd-core: 1.6 s, since it needs that). The quickest batch is the least wall time of 20 users.',
    '- Absolute figures move with the machine and its load by a half; the ratios hold.',
    '- What the products consist of; where a peer answers less than we do, it is still compared as it is:',
    ...products,
  ].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function ns(value: number): string {
  return value.toFixed(0);
}
