import { describe, expect, it } from 'vitest';
import { type ScenarioName, scenarios } from './scenarios.ts';
import { type SeedOutcome, simulate } from './simulate.ts';

/** So many at the least, however slow the machine; then as many as the time is good for. */
const seedsMin = 100;
const seedsMsMax = 90_000;
const seedsOfScript = 10;

const scripted = (Object.keys(scenarios) as ScenarioName[]).filter((name) => name !== 'atRandom');

/** Says of a seed that does not hold what to type to see its story. */
function expectToHold({ scenario, seed, violations }: SeedOutcome): void {
  expect(
    violations,
    `npm run simulate -- --scenario ${scenario} --from ${seed} --seeds 1 tells what happened`,
  ).toEqual([]);
}

describe('the simulated world', () => {
  it('tells the same story for the same seed', async () => {
    const stories = [1, 1, 2].map(async (seed) => {
      const story: string[] = [];
      const outcome = await simulate({ scenario: 'atRandom', seed, trace: (line) => story.push(line) });
      return [...story, JSON.stringify(outcome)];
    });
    const [once, again, other] = await Promise.all(stories);
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
  });

  it.each(scripted)('holds to its bounds in the story of %s', async (scenario) => {
    for (let seed = 1; seed <= seedsOfScript; seed += 1) expectToHold(await simulate({ scenario, seed }));
  });

  it(
    'converges, goes back nowhere and is empty nowhere, whatever goes wrong',
    async () => {
      const endsAt = performance.now() + seedsMsMax;
      for (let seed = 1; seed <= seedsMin || performance.now() < endsAt; seed += 1)
        expectToHold(await simulate({ scenario: 'atRandom', seed }));
    },
    10 * 60_000,
  );
});
