import { healAll, strikeOne } from './faults.ts';
import { expectAgreement, hearingSdks } from './world/agreement.ts';
import type { World } from './world/world.ts';

/** How long things go wrong. */
const troubleMs = 40_000;
/** After the last fault every bearer has caught up within this time, and every SDK that could still be waiting. */
const bearersConvergeMsMax = 20_000;
const sdksConvergeMsMax = 120_000;
/** A subscription that died with the last fault has been replaced after this time. */
const calmMs = 7_000;
/** In normal operation a change is on every bearer after this time. */
const normalMsMax = 1_000;
const normalWrites = 5;
const probeMs = 2_000;
const lookMs = 500;

/** Trouble by chance, then peace, then normal operation. */
export async function atRandom(world: World): Promise<void> {
  await trouble(world);
  healAll(world);
  await converge(world);
  await operate(world);
}

async function trouble(world: World): Promise<void> {
  const { chance, scheduler } = world;
  const endsAt = scheduler.now + troubleMs;
  const again = (delayMs: () => number, run: () => void) => {
    scheduler.after(delayMs(), () => {
      if (scheduler.now >= endsAt) return;
      run();
      again(delayMs, run);
    });
  };
  again(
    () => chance.between(50, 1_200),
    () => (chance.holds(0.1) ? world.writeKeys() : world.write()),
  );
  again(
    () => chance.between(300, 3_000),
    () => strikeOne(world),
  );
  while (scheduler.now < endsAt) {
    await world.pass(probeMs);
    await world.probe();
  }
}

/** I3: when nothing goes wrong any more, everybody comes to hold what the database holds. */
async function converge(world: World): Promise<void> {
  // A bearer whose process has died while it applied what is now the last change leaves that alone, as it has to.
  if (world.isQuarantined) {
    world.write();
    world.writeKeys();
    await world.pass(lookMs);
  }
  await expectAgreement(world, {
    invariant: 'I3 convergence',
    withinMs: bearersConvergeMsMax,
    sdks: [],
    everyMs: lookMs,
  });
  await expectAgreement(world, {
    invariant: 'I3 convergence',
    withinMs: sdksConvergeMsMax,
    sdks: world.sdks,
    everyMs: lookMs,
  });
  world.tell('everybody agrees');
}

/** I5: in normal operation a change is everywhere within a second. */
async function operate(world: World): Promise<void> {
  await world.pass(calmMs);
  for (let write = 0; write < normalWrites; write += 1) {
    const sdks = hearingSdks(world);
    world.write();
    await world.pass(normalMsMax);
    await expectAgreement(world, { invariant: 'I5 within a second', withinMs: 0, sdks });
  }
  await world.probe();
}
