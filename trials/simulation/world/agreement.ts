import { environmentId, revocableKey } from './keys.ts';
import type { SimulatedSdk } from './simulated-sdk.ts';
import type { World } from './world.ts';

/** What is expected of whom. */
interface Expectation {
  /** What is broken when it does not come to pass. */
  readonly invariant: string;
  readonly withinMs: number;
  /** Beside all bearers. */
  readonly sdks: readonly SimulatedSdk[];
  /** How often to look. */
  readonly everyMs?: number;
}

/** Lets time pass until everybody holds what the database holds, and tells of a violation if that takes longer. */
export async function expectAgreement(
  world: World,
  { invariant, withinMs, sdks, everyMs = 50 }: Expectation,
): Promise<void> {
  const begunAt = world.scheduler.now;
  for (;;) {
    const laggards = laggardsOf(world, sdks);
    if (laggards.length === 0) return;
    if (world.scheduler.now - begunAt >= withinMs) {
      const held = laggards.map((name) => `${name} holds ${world.watch.held(name) ?? 'nothing'}`);
      world.watch.violate(invariant, `${held.join(', ')}, and the database ${world.truth}`);
      return;
    }
    await world.pass(everyMs);
  }
}

/** The SDKs that have a stream over which they can hear: of them it can be asked that they hear at once. */
export function hearingSdks(world: World): readonly SimulatedSdk[] {
  return world.sdks.filter((sdk) => sdk.running?.status.state === 'live' && !isDeaf(world, sdk));
}

/** An SDK whose connection has died without a word is excused: it cannot know before its watchdog does. */
function laggardsOf(world: World, sdks: readonly SimulatedSdk[]): readonly string[] {
  const { truth, keysTruth, ledger, postgres } = world;
  const bearers = world.bearers.filter(({ bearer }) => {
    const status = bearer?.status();
    const ruleset = status?.environments.find(({ id }) => id === environmentId)?.position;
    return ruleset !== truth || status?.keys.position !== keysTruth;
  });
  const others = sdks.filter((sdk) => {
    const { running, identity } = sdk;
    if (identity.key === revocableKey && postgres.keys.isRevoked) return false;
    if (running === undefined) return true;
    if (running.status.state === 'live' && isDeaf(world, sdk)) return false;
    if (running.status.state !== 'live' && running.status.state !== 'polling') return true;
    return running.values() !== ledger.expected(environmentId, truth, identity.user, identity.kind);
  });
  return [...bearers, ...others].map(({ machine }) => machine.name);
}

function isDeaf({ bearers, network }: World, sdk: SimulatedSdk): boolean {
  return bearers.some(({ machine }) => network.between(sdk.machine, machine).some(({ isDead }) => isDead));
}
