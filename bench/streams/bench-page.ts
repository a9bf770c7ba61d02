import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Goal, goalsTable } from '../goals-table.ts';
import { describeMachine, machineLoad } from '../machine.ts';

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
  const page = [`# ${title}`, circumstances.join('\n'), '## Goals', goalsTable(goals), ...sections].join(
    '\n\n',
  );
  console.log(page);
  if (!keep) return;
  const file = fileURLToPath(new URL(`../reports/${name}.md`, import.meta.url));
  mkdirSync(fileURLToPath(new URL('../reports', import.meta.url)), { recursive: true });
  writeFileSync(file, `${page}\n`);
}
