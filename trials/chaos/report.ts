import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Finding, Scenario } from './scenario.ts';

/** What became of one scenario, as it is kept between runs. */
interface Result {
  readonly id: string;
  readonly title: string;
  readonly shortened: string | null;
  readonly at: string;
  readonly tookSeconds: number;
  readonly load: string;
  readonly findings: readonly Finding[];
}

const folder = new URL('../reports/', import.meta.url);

/** Keeps what a scenario came to, and writes the report anew from all that is kept. */
export async function report({
  scenario,
  all: scenarios,
  isFull,
  tookMs,
  findings,
}: {
  readonly scenario: Scenario;
  /** Every scenario that there is: those without a result are named. */
  readonly all: readonly Scenario[];
  readonly isFull: boolean;
  readonly tookMs: number;
  readonly findings: readonly Finding[];
}): Promise<void> {
  const file = new URL('chaos.json', folder);
  const kept = JSON.parse(await readFile(file, 'utf8').catch(() => '[]')) as readonly Result[];
  const result: Result = {
    id: scenario.id,
    title: scenario.title,
    shortened: isFull ? null : (scenario.shortened ?? null),
    at: new Date().toISOString().slice(0, 16),
    tookSeconds: Math.round(tookMs / 1_000),
    load: loadavg()[0]?.toFixed(1) ?? '',
    findings,
  };
  const all = [...kept.filter(({ id }) => id !== scenario.id), result].sort(
    (a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)),
  );
  await writeFile(file, `${JSON.stringify(all, undefined, 2)}\n`);
  await writeFile(new URL('chaos.md', folder), page(all, scenarios));
}

function page(results: readonly Result[], scenarios: readonly Scenario[]): string {
  const missing = scenarios.filter(({ id }) => !results.some((result) => result.id === id));
  const passed = results.filter(({ findings }) => findings.every((finding) => finding.passed)).length;
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${Math.round(totalmem() / 1024 ** 3)} GB, Node ${process.versions.node}`;
  const lines = results.flatMap(({ id, title, shortened, at, tookSeconds, load, findings }) => {
    const isGood = findings.every((finding) => finding.passed);
    return [
      `## ${id} ${title}: ${isGood ? 'pass' : 'FAIL'}`,
      '',
      `${at} UTC, ${tookSeconds} s, load average of the machine at the end ${load}${shortened === null ? '' : `. **Shortened**: ${shortened}`}`,
      '',
      '| criterion | measured | |',
      '|---|---|---|',
      ...findings.map(
        ({ criterion, measured, passed: ok }) =>
          `| ${cell(criterion)} | ${cell(measured)} | ${ok ? 'pass' : '**FAIL**'} |`,
      ),
      '',
    ];
  });
  return [
    '# Chaos',
    '',
    `Written by \`npm run chaos [-- C1 C4 …] [-- --full]\`: ${passed} of ${results.length} scenarios met all their criteria. Machine: ${machine}. Clients, servers, Redis and Postgres share its cores; the load average says how many processes wanted them, ours and others. A scenario that is run again replaces its part.`,
    '',
    ...(missing.length === 0
      ? []
      : [`**Not run yet**: ${missing.map(({ id, title }) => `${id} ${title}`).join('; ')}.`, '']),
    ...lines,
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').slice(0, 300);
}
