/** `npm run chaos [-- C1 C4 …] [--full] [--seed N]`: scenarios with real processes, each with its criteria, and a report. */
import { parseArgs } from 'node:util';
import { report } from './report.ts';
import type { Finding } from './scenario.ts';
import { scenarios } from './scenarios.ts';

const { values, positionals } = parseArgs({
  options: { full: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const unknown = positionals.filter((id) => !scenarios.some((scenario) => scenario.id === id));
if (unknown.length > 0) {
  console.error(
    `Cannot run ${unknown.join(', ')}: the scenarios are ${scenarios.map(({ id }) => id).join(' ')}`,
  );
  process.exit(1);
}
let failed = 0;
for (const scenario of scenarios) {
  if (positionals.length > 0 && !positionals.includes(scenario.id)) continue;
  const shortened =
    values.full || scenario.shortened === undefined ? '' : ` (shortened: ${scenario.shortened})`;
  console.log(`\n${scenario.id} ${scenario.title}${shortened}`);
  const startMs = performance.now();
  let findings: readonly Finding[];
  try {
    findings = await scenario.run({ isFull: values.full, seed: Number(values.seed) });
  } catch (error) {
    findings = [{ criterion: 'the scenario runs to its end', measured: String(error), passed: false }];
  }
  for (const { criterion, measured, passed } of findings)
    console.log(`  ${passed ? 'pass' : 'FAIL'}  ${criterion}: ${measured}`);
  if (findings.some(({ passed }) => !passed)) failed += 1;
  await report({
    scenario,
    all: scenarios,
    isFull: values.full,
    tookMs: performance.now() - startMs,
    findings,
  });
}
console.log(failed === 0 ? '\nAll criteria were met' : `\n${failed} scenario(s) missed a criterion`);
process.exit(failed === 0 ? 0 : 1);
