import { keyRegistryDocument } from '@fauna-flags/protocol';
import { atRandom } from './at-random.ts';
import { stopBearer } from './faults.ts';
import { expectAgreement } from './world/agreement.ts';
import { environmentId, revocableKey } from './world/keys.ts';
import type { World } from './world/world.ts';

/** A story that is told with every seed: what exactly happens when is the seed's to say. */
export type Scenario = (world: World) => Promise<void>;

/*
 * The scripted ones hold one mechanism to its bound, in a situation that chance alone meets too seldom. Bounds are those
 * of the failure matrix.
 */
const told = {
  atRandom,
  fork,
  lostCommits,
  subscriptionRace,
  failedFetch,
  halfOpen,
  lostKeys,
  revocation,
  polling,
  coldStart,
  storeDown,
  forgottenLoss,
  poison,
  clockJump,
};

const hourMs = 3_600_000;

/** Names a scenario. */
export type ScenarioName = keyof typeof told;

/** Every scenario by its name. */
export const scenarios: Readonly<Record<ScenarioName, Scenario>> = told;

/** Tells whether there is such a scenario. */
export function isScenarioName(name: string): name is ScenarioName {
  return Object.hasOwn(scenarios, name);
}

/** F10: the database loses commits, and others take their numbers before anybody has noticed. */
async function fork(world: World): Promise<void> {
  for (let writes = 0; writes < 3; writes += 1) world.write();
  await world.pass(1_000);
  const lost = world.postgres.loseCommits(world.chance.whole(1, 3));
  strike(world, `postgres loses ${lost} commits`);
  for (let writes = 0; writes < lost; writes += 1) world.write();
  await world.pass(500);
  await expectAgreement(world, {
    invariant: 'I6 a fork heals within 6 s',
    withinMs: 6_500,
    sdks: world.sdks,
  });
}

/** F9: the database loses commits, and nothing is written after them. */
async function lostCommits(world: World): Promise<void> {
  for (let writes = 0; writes < 3; writes += 1) {
    world.write();
    await world.pass(world.chance.between(100, 1_000));
  }
  await world.pass(1_000);
  strike(world, `postgres loses ${world.postgres.loseCommits(world.chance.whole(1, 3))} commits`);
  await expectAgreement(world, {
    invariant: 'I6 lost commits are healed within 6 s',
    withinMs: 6_500,
    sdks: world.sdks,
  });
}

/** F18: the subscription is cut, and a change falls into the gap before the next one stands. */
async function subscriptionRace(world: World): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    for (const { machine } of world.bearers)
      for (const connection of world.network.between(machine, world.redis.machine)) connection.reset();
    strike(world, 'every subscription is cut');
    await world.pass(world.chance.between(0, 300));
    await written(world);
    await expectAgreement(world, { invariant: 'I6 a cut subscription costs 2 s', withinMs: 2_000, sdks: [] });
    await world.pass(world.chance.between(3_000, 5_000));
  }
}

/** F20: the hint comes, and the read that it leads to does not. */
async function failedFetch(world: World): Promise<void> {
  const { network, redis } = world;
  const { machine } = world.chance.pick(world.bearers);
  const weather = network.weather(machine, redis.machine);
  await world.pass(world.chance.between(0, 10_000));
  weather.loss = 1;
  strike(world, `${machine.name} gets no answers from redis`);
  world.write();
  await world.pass(1_000);
  weather.loss = 0;
  await expectAgreement(world, { invariant: 'I6 a failed fetch costs 12 s', withinMs: 12_000, sdks: [] });
}

/** F19: the subscription dies without a word. */
async function halfOpen(world: World): Promise<void> {
  const { machine } = world.chance.pick(world.bearers);
  // Long enough for its comparisons to come at any moment of what follows.
  await world.pass(world.chance.between(0, 12_000));
  for (const connection of world.network.between(machine, world.redis.machine)) connection.die();
  strike(world, `the subscription of ${machine.name} dies without a word`);
  await written(world);
  await expectAgreement(world, {
    invariant: 'I6 a half-open subscription costs 6.5 s',
    withinMs: 6_500,
    sdks: [],
  });
}

/** F14, F39: the store loses a document; nobody is refused meanwhile, and it is put there again. */
async function lostKeys(world: World): Promise<void> {
  const documentId = world.chance.pick([keyRegistryDocument, environmentId]);
  world.redis.lose(documentId);
  strike(world, `redis loses ${documentId}`);
  for (let seconds = 0; seconds < 6; seconds += 1) {
    await world.pass(1_050);
    await world.probe();
  }
  if (world.redis.read(documentId) === undefined)
    world.watch.violate('I6 what the store loses is back within 6 s', `${documentId} is not`);
  await expectAgreement(world, { invariant: 'I3 convergence', withinMs: 0, sdks: world.sdks });
}

/** F38: a key is revoked; its stream is closed within a second, and everybody else's goes on. */
async function revocation(world: World): Promise<void> {
  world.writeKeys({ isRevoked: true });
  await world.pass(1_000);
  for (const { machine, identity, running } of world.sdks) {
    const isRevoked = identity.key === revocableKey;
    const isLive = running?.status.state === 'live';
    if (isRevoked === isLive)
      world.watch.violate(
        'I6 a revocation takes a second',
        `${machine.name} is ${isLive ? '' : 'not '}live, and its key is ${isRevoked ? '' : 'not '}revoked`,
      );
  }
  await expectAgreement(world, { invariant: 'I5 within a second', withinMs: 0, sdks: world.sdks });
}

/** F30: an SDK that no stream reaches polls through a balancer, now a bearer that is behind, now one that is not. */
async function polling(world: World): Promise<void> {
  world.addPollingSdk();
  const { machine } = world.chance.pick(world.bearers);
  world.isolate(machine, true);
  strike(world, `${machine.name} is cut off`);
  for (let polls = 0; polls < 4; polls += 1) {
    await written(world);
    await world.pass(world.chance.between(24_000, 36_000));
  }
  world.isolate(machine, false);
  await world.pass(40_000);
  await expectAgreement(world, { invariant: 'I3 convergence', withinMs: 0, sdks: world.sdks });
}

/** F6: everything that a bearer could read from is gone, and the bearers start anew: they serve what their disks hold. */
async function coldStart(world: World): Promise<void> {
  await written(world);
  await world.pass(1_000);
  world.redis.stop({ keepsData: false });
  for (const manager of world.managers) manager.crash();
  for (const bearer of world.bearers)
    stopBearer(world, bearer, { silently: world.chance.holds(0.5), keepsDisk: true });
  strike(world, 'everything stops, and only the bearers start again');
  await world.pass(world.chance.between(100, 5_000));
  for (const bearer of world.bearers) bearer.start();
  await world.pass(1_000);
  await world.probe();
  await expectAgreement(world, { invariant: 'I4 never empty', withinMs: 60_000, sdks: world.sdks });
}

/** F12: the store is gone; changes reach everybody through the managers, and through the store again when it is back. */
async function storeDown(world: World): Promise<void> {
  world.redis.stop({ keepsData: world.chance.holds(0.5) });
  strike(world, 'redis stops');
  await world.pass(world.chance.between(0, 1_000));
  await written(world);
  const toManagers = {
    invariant: 'I6 the managers stand in within 15 s',
    withinMs: 15_000,
    sdks: world.sdks,
  };
  await expectAgreement(world, toManagers);
  await written(world);
  await expectAgreement(world, { ...toManagers, withinMs: 1_000 });
  world.redis.start();
  strike(world, 'redis is back');
  await world.pass(world.chance.between(0, 5_000));
  await written(world);
  await expectAgreement(world, {
    ...toManagers,
    invariant: 'I6 back on the store within 5 s',
    withinMs: 5_000,
  });
}

/** F11: the database loses commits, and the store forgets them too: only the bearers still know. */
async function forgottenLoss(world: World): Promise<void> {
  for (let writes = 0; writes < 3; writes += 1) {
    world.write();
    await world.pass(200);
  }
  await world.pass(3_500);
  strike(world, `postgres loses ${world.postgres.loseCommits(world.chance.whole(1, 3))} commits`);
  world.redis.flush();
  strike(world, 'redis is emptied');
  await world.pass(10);
  await expectAgreement(world, {
    invariant: 'I6 what only bearers know is healed within 11 s',
    withinMs: 11_000,
    sdks: world.sdks,
  });
}

/** F23: a snapshot kills whoever applies it: once, and not at every start, and the next one heals. */
async function poison(world: World): Promise<void> {
  const { postgres } = world;
  const deaths = new Map<string, number>();
  for (const bearer of world.bearers)
    bearer.onPoisoned = () => {
      deaths.set(bearer.machine.name, (deaths.get(bearer.machine.name) ?? 0) + 1);
      strike(world, `${bearer.machine.name} dies of poison`);
      stopBearer(world, bearer, { silently: false, keepsDisk: true });
      world.scheduler.after(1_000, () => bearer.start());
    };
  postgres.commit({ content: { ...postgres.content, isPoisonous: true } });
  await world.pass(world.chance.between(10_000, 20_000));
  await world.probe();
  for (const [name, times] of deaths)
    if (times > 1) world.watch.violate('I6 poison kills once', `${name} has died ${times} times`);
  postgres.commit({ content: { ...postgres.content, isPoisonous: false } });
  await expectAgreement(world, { invariant: 'I3 convergence', withinMs: 60_000, sdks: world.sdks });
}

/** F36: clocks are set back; a bearer that is cut off vouches for nothing, and the managers stand in as soon as ever. */
async function clockJump(world: World): Promise<void> {
  const { machine } = world.chance.pick(world.bearers);
  // Longer than any word of its source can count.
  world.isolate(machine, true);
  strike(world, `${machine.name} is cut off`);
  await world.pass(100_000);
  for (const bearer of world.bearers) bearer.machine.jumpClock(-hourMs);
  strike(world, 'the clocks of all bearers are set back');
  for (let writes = 0; writes < 3; writes += 1) {
    await written(world);
    await world.pass(1_000);
    for (const bearer of world.bearers)
      for (const sdk of world.sdks)
        for (const connection of world.network.between(bearer.machine, sdk.machine)) connection.reset();
    await world.pass(5_000);
  }
  world.isolate(machine, false);
  await world.pass(10_000);
  for (const bearer of world.bearers) bearer.machine.jumpClock(-hourMs);
  await storeDown(world);
}

/** Until a change is committed there is nothing to wait for. */
async function written(world: World): Promise<void> {
  world.write();
  await world.pass(20);
}

function strike(world: World, told: string): void {
  world.faults += 1;
  world.tell(`FAULT ${told}`);
}
