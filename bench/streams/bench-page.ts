import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeMachine, machineLoad } from '../machine.ts';

/** What a benchmark promised, and what it found. */
export interface Goal {
  readonly goal: string;
  readonly measured: string;
  readonly met: boolean;
}

/** One page of a report: prints it, and keeps it under `bench/reports` when the run was a whole one. */
export interface BenchPage {
  readonly name: string;
  readonly title: string;
  readonly command: string;
  readonly loadBefore: string;
  readonly sections: readonly string[];
  readonly goals: readonly Goal[];
  readonly keep: boolean;
}

/** Writes a page of Markdown. Goals that are missed fail nothing: the page says so. */
export function writePage({ name, title, command, loadBefore, sections, goals, keep }: BenchPage): void {
  const circumstances = [
    `- Command: \`${command}\``,
    ...describeMachine().map((line) => `- ${line}`),
    `- Load (/proc/loadavg) before: ${loadBefore}; after: ${machineLoad()}`,
  ];
  const goalRows = goals.map(({ goal, measured, met }) => [goal, measured, met ? 'met' : '**not met**']);
  const page = [
    `# ${title}`,
    circumstances.join('\n'),
    '## Goals',
    table(['goal', 'measured', ''], goalRows),
    ...sections,
  ].join('\n\n');
  console.log(page);
  if (!keep) return;
  const file = fileURLToPath(new URL(`../reports/${name}.md`, import.meta.url));
  mkdirSync(fileURLToPath(new URL('../reports', import.meta.url)), { recursive: true });
  writeFileSync(file, `${page}\n`);
}

/** A table of Markdown; every column but the first is aligned to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}
