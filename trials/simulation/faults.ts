import { keyRegistryDocument, type Snapshot } from '@fauna-flags/protocol';
import { environmentId } from './world/keys.ts';
import type { Machine } from './world/machine.ts';
import type { SimulatedBearer } from './world/simulated-bearer.ts';
import type { SimulatedSdk } from './world/simulated-sdk.ts';
import type { World } from './world/world.ts';

/** Something that goes wrong, and how often. A fault sees to its own end; what is still wrong at the end gets healed. */
interface Fault {
  readonly weight: number;
  /** Puts it in, and answers what it has done, for the trace. */
  readonly strike: (world: World) => string;
}

const hourMs = 3_600_000;

const faults: readonly Fault[] = [
  { weight: 3, strike: crashManager },
  { weight: 4, strike: crashBearer },
  { weight: 4, strike: crashSdk },
  { weight: 5, strike: freeze },
  { weight: 3, strike: cutLink },
  { weight: 3, strike: slowLink },
  { weight: 2, strike: lossyLink },
  { weight: 2, strike: resetConnections },
  { weight: 3, strike: killConnections },
  { weight: 2, strike: restartRedis },
  { weight: 2, strike: failOverRedis },
  { weight: 1, strike: flushRedis },
  { weight: 2, strike: loseDocument },
  { weight: 1, strike: stopPostgres },
  { weight: 3, strike: loseCommits },
  { weight: 2, strike: garbleReads },
  { weight: 1, strike: jumpClock },
];

const weightTotal = faults.reduce((sum, { weight }) => sum + weight, 0);

/** Puts one fault into the world, by chance. */
export function strikeOne(world: World): void {
  let place = world.chance.between(0, weightTotal);
  for (const { weight, strike } of faults) {
    place -= weight;
    if (place >= 0) continue;
    world.faults += 1;
    world.tell(`FAULT ${strike(world)}`);
    return;
  }
}

/** Ends every fault: what is down comes up, what is frozen thaws, what is cut is whole. */
export function healAll(world: World): void {
  world.tell('everything is healed');
  world.network.healAll();
  for (const machine of world.machines) machine.thaw();
  for (const node of [...world.managers, ...world.bearers, ...world.sdks, world.redis, world.postgres])
    if (node.machine.state === 'down') startAgain(world, node);
  for (const bearer of world.bearers) bearer.garble = (snapshot) => snapshot;
}

/** Whatever can be started. */
interface Node {
  readonly machine: Machine;
  start(): void;
}

function startAgain(world: World, node: Node): void {
  if (node.machine.state !== 'down') return;
  world.tell(`${node.machine.name} starts`);
  node.start();
}

/** By no machine's own timer: it is down. */
function startLater(world: World, node: Node, delayMs: number): void {
  world.scheduler.after(delayMs, () => startAgain(world, node));
}

function crashManager(world: World): string {
  const manager = world.chance.pick(world.managers);
  const silently = world.chance.holds(0.2);
  manager.crash({ silently });
  startLater(world, manager, world.chance.between(100, 8_000));
  return `${manager.machine.name} ${silently ? 'loses power' : 'crashes'}`;
}

function crashBearer(world: World): string {
  const bearer = world.chance.pick(world.bearers);
  const silently = world.chance.holds(0.2);
  const keepsDisk = world.chance.holds(0.7);
  stopBearer(world, bearer, { silently, keepsDisk });
  startLater(world, bearer, world.chance.between(100, 8_000));
  return `${bearer.machine.name} ${silently ? 'loses power' : 'crashes'}${keepsDisk ? '' : ' and loses its disk'}`;
}

/** A crash of a bearer, of which whoever watches has to know: it begins again with what its disk holds. */
export function stopBearer(
  world: World,
  bearer: SimulatedBearer,
  { silently, keepsDisk }: { readonly silently: boolean; readonly keepsDisk: boolean },
): void {
  bearer.crash({ silently });
  if (!keepsDisk) bearer.disk.replace();
  void world.watch.beginWithDisk(bearer);
}

function crashSdk(world: World): string {
  const sdk = world.chance.pick(world.sdks);
  const keepsDisk = world.chance.holds(0.7);
  stopSdk(world, sdk, keepsDisk);
  startLater(world, sdk, world.chance.between(100, 5_000));
  return `${sdk.machine.name} crashes${keepsDisk ? '' : ' and loses its disk'}`;
}

function stopSdk(world: World, sdk: SimulatedSdk, keepsDisk: boolean): void {
  sdk.crash({ keepsDisk });
  if (!sdk.keepsState) world.watch.forget(sdk.machine.name);
}

function freeze(world: World): string {
  const { chance } = world;
  const machine = chance.pick(world.machines);
  const durationMs = chance.holds(0.2) ? chance.between(8_000, 30_000) : chance.between(50, 8_000);
  machine.freeze();
  world.scheduler.after(durationMs, () => {
    world.tell(`${machine.name} thaws`);
    machine.thaw();
  });
  return `${machine.name} freezes for ${Math.round(durationMs)} ms`;
}

function cutLink(world: World): string {
  const [a, b] = linked(world);
  const weather = world.network.weather(a, b);
  weather.isCut = true;
  const durationMs = world.chance.between(200, 12_000);
  world.scheduler.after(durationMs, () => world.network.heal(weather));
  return `the link ${a.name} - ${b.name} is cut for ${Math.round(durationMs)} ms`;
}

function slowLink(world: World): string {
  const [a, b] = linked(world);
  const weather = world.network.weather(a, b);
  weather.latencyMsMin = world.chance.between(50, 600);
  weather.latencyMsMax = weather.latencyMsMin + world.chance.between(100, 3_000);
  world.scheduler.after(world.chance.between(1_000, 10_000), () => {
    weather.latencyMsMin = 0.5;
    weather.latencyMsMax = 5;
  });
  return `the link ${a.name} - ${b.name} takes up to ${Math.round(weather.latencyMsMax)} ms`;
}

function lossyLink(world: World): string {
  const [a, b] = linked(world);
  const weather = world.network.weather(a, b);
  weather.loss = world.chance.between(0.1, 0.7);
  world.scheduler.after(world.chance.between(1_000, 10_000), () => {
    weather.loss = 0;
  });
  return `the link ${a.name} - ${b.name} loses ${Math.round(weather.loss * 100)} %`;
}

function resetConnections(world: World): string {
  const [a, b] = linked(world);
  for (const connection of world.network.between(a, b)) connection.reset();
  return `the connections ${a.name} - ${b.name} are reset`;
}

function killConnections(world: World): string {
  const [a, b] = linked(world);
  for (const connection of world.network.between(a, b)) connection.die();
  return `the connections ${a.name} - ${b.name} die without a word`;
}

function restartRedis(world: World): string {
  const keepsData = world.chance.holds(0.6);
  const durationMs = world.chance.holds(0.3)
    ? world.chance.between(6_000, 25_000)
    : world.chance.between(50, 3_000);
  world.redis.stop({ keepsData });
  startLater(world, world.redis, durationMs);
  return `redis stops for ${Math.round(durationMs)} ms${keepsData ? '' : ' and comes back empty'}`;
}

function failOverRedis(world: World): string {
  if (world.redis.machine.state === 'down') return 'redis is down and cannot fail over';
  const lag = world.chance.whole(1, 4);
  world.redis.failOver(lag);
  return `redis fails over to a replica that lags ${lag} writes behind`;
}

function flushRedis(world: World): string {
  world.redis.flush();
  return 'redis is emptied';
}

function loseDocument(world: World): string {
  const documentId = world.chance.pick([environmentId, keyRegistryDocument]);
  world.redis.lose(documentId);
  return `redis loses ${documentId === environmentId ? 'the ruleset' : 'the key registry'}`;
}

function stopPostgres(world: World): string {
  const { machine } = world.postgres;
  if (machine.state === 'down') return 'postgres is down already';
  const durationMs = world.chance.between(200, 10_000);
  machine.stop();
  startLater(world, world.postgres, durationMs);
  return `postgres stops for ${Math.round(durationMs)} ms`;
}

function loseCommits(world: World): string {
  const lost = world.postgres.loseCommits(world.chance.whole(1, 3));
  return `postgres loses ${lost} commits and stands at ${world.truth}`;
}

function garbleReads(world: World): string {
  const bearer = world.chance.pick(world.bearers);
  bearer.garble = (snapshot) => (world.chance.holds(0.5) ? garbled(snapshot) : snapshot);
  world.scheduler.after(world.chance.between(1_000, 8_000), () => {
    bearer.garble = (snapshot) => snapshot;
  });
  return `${bearer.machine.name} reads garbled bytes`;
}

/** Another content that is still a ruleset, which only its hash gives away. */
function garbled(snapshot: Snapshot): Snapshot {
  const text = new TextDecoder().decode(snapshot.payload);
  return {
    ...snapshot,
    payload: new TextEncoder().encode(text.replace('"enabled":true', '"enabled":false')),
  };
}

function jumpClock(world: World): string {
  const machine = world.chance.pick(world.machines);
  const byMs = world.chance.pick([-hourMs, hourMs]);
  machine.jumpClock(byMs);
  return `the clock of ${machine.name} jumps by ${byMs / hourMs} h`;
}

/** Two machines that talk to each other. */
function linked(world: World): readonly [Machine, Machine] {
  const { chance, managers, bearers, sdks, redis, postgres } = world;
  const manager = () => chance.pick(managers).machine;
  const bearer = () => chance.pick(bearers).machine;
  return chance.pick<() => readonly [Machine, Machine]>([
    () => [manager(), postgres.machine],
    () => [manager(), redis.machine],
    () => [bearer(), redis.machine],
    () => [bearer(), redis.machine],
    () => [bearer(), chance.pick(sdks).machine],
  ])();
}
