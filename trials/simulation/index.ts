import { register } from 'node:module';
import { parseArgs } from 'node:util';
import { mutationNamed } from './mutations.ts';

/*
 * `npm run simulate`: --seeds N --from S --scenario name --mutation name; --trace tells every story, --brief not even that
 * of a seed that fails. Ends with 0 when every seed holds, 1 when one does not, 2 when it was asked for what there is not.
 */

const { values: asked } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    scenario: { type: 'string', default: 'atRandom' },
    mutation: { type: 'string' },
    trace: { type: 'boolean', default: false },
    brief: { type: 'boolean', default: false },
  },
});
const seeds = countOf('seeds', asked.seeds);
const from = countOf('from', asked.from);
if (asked.mutation !== undefined) mutate(asked.mutation);
// Not before: from here on the sources are loaded, as they are or mutated.
const { scenarios, isScenarioName } = await import('./scenarios.ts');
const { simulate } = await import('./simulate.ts');
if (!isScenarioName(asked.scenario))
  stop(`Cannot play "${asked.scenario}": the scenarios are ${Object.keys(scenarios).join(', ')}`);
process.exitCode = await play(asked.scenario);

async function play(scenario: keyof typeof scenarios): Promise<number> {
  const begunAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const totals = { faults: 0, commits: 0, calls: 0, lateExecutions: 0, events: 0 };
  for (let seed = from; seed < from + seeds; seed += 1) {
    const outcome = await simulate({ scenario, seed, ...(asked.trace && { trace: console.log }) });
    for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += outcome[name];
    if (outcome.violations.length > 0) {
      await explain(scenario, seed, outcome.violations);
      return 1;
    }
    if ((seed - from + 1) % 25 === 0) console.log(`${seed - from + 1} of ${seeds} seeds hold`);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const perSeed = `${Math.round((user + system) / 1_000 / seeds)} ms of CPU a seed`;
  const took = `${((performance.now() - begunAt) / 1_000).toFixed(1)} s`;
  console.log(`${seeds} seeds of ${scenario} hold, in ${took}, ${perSeed}: ${JSON.stringify(totals)}`);
  return 0;
}

/** The same seed once more, this time with its story. */
async function explain(
  scenario: keyof typeof scenarios,
  seed: number,
  violations: readonly string[],
): Promise<void> {
  if (!asked.trace && !asked.brief) await simulate({ scenario, seed, trace: console.log });
  console.log(`\nSeed ${seed} of ${scenario} does not hold:`);
  for (const violation of violations) console.log(`  ${violation}`);
  const mutation = asked.mutation === undefined ? '' : ` --mutation ${asked.mutation}`;
  console.log(`Again: npm run simulate -- --scenario ${scenario} --from ${seed} --seeds 1${mutation}`);
}

function mutate(name: string): void {
  const mutation = mutationNamed(name);
  if (mutation === undefined) stop(`Cannot mutate "${name}": there is no such mutation`);
  register('./mutate-on-load.ts', { parentURL: import.meta.url, data: mutation });
}

function countOf(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1)
    stop(`Cannot use --${name} ${text}: it must be a whole number from 1`);
  return count;
}

function stop(message: string): never {
  console.error(message);
  process.exit(2);
}
