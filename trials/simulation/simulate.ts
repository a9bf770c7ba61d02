import type { ScenarioName } from './scenarios.ts';
import { scenarios } from './scenarios.ts';
import { World } from './world/world.ts';

/** What came of one seed. */
export interface SeedOutcome {
  readonly scenario: ScenarioName;
  readonly seed: number;
  /** Empty when everything that must hold has held. */
  readonly violations: readonly string[];
  readonly virtualMs: number;
  readonly events: number;
  readonly faults: number;
  readonly commits: number;
  readonly calls: number;
  readonly lateExecutions: number;
}

/**
 * Plays one scenario with one seed, which is the whole story: the same seed brings the same events. With `trace`, each of
 * them that matters is told as a line.
 */
export async function simulate({
  scenario,
  seed,
  trace,
}: {
  readonly scenario: ScenarioName;
  readonly seed: number;
  readonly trace?: (line: string) => void;
}): Promise<SeedOutcome> {
  const world = new World(seed, trace);
  // A promise of the code under trial that nobody waits for must not fail unseen.
  const onUnhandled = (reason: unknown) =>
    world.watch.violate('No rejection is left unhandled', String(reason));
  process.on('unhandledRejection', onUnhandled);
  try {
    await world.start();
    await scenarios[scenario](world);
  } finally {
    process.off('unhandledRejection', onUnhandled);
  }
  const { scheduler, network, watch, ledger, faults } = world;
  return {
    scenario,
    seed,
    violations: watch.violations,
    virtualMs: scheduler.now,
    events: scheduler.events,
    faults,
    commits: ledger.size,
    ...network.counts,
  };
}
