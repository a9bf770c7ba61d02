import { createServer } from 'node:http';
import { createBearer, MemoryShelf, memorySources } from '@fauna-flags/bearer';
import { listen, nodeClock, nodeCrypto } from '@fauna-flags/bearer/node';
import { type Rule, type RulesetFlag, type Serve, weightTotal } from '@fauna-flags/core';
import { canonicalJson, keyRegistryDocument, type Snapshot } from '@fauna-flags/protocol';
import { getRequestListener } from '@hono/node-server';
import { toRuleset } from '../../evaluate/engines/fauna.ts';
import { referenceSet } from '../../evaluate/reference-set.ts';
import { type BenchServer, type Change, portOf } from '../bench-server.ts';

const environment = '0f0e0d0c-0b0a-4908-8706-050403020100';
/** The client key of the benchmark. */
export const benchKey = 'a-client-key-that-the-benchmark-uses';

/** A bearer with the 100 reference flags; `frontDoor` as its own process runs it, else behind Node's server alone. */
export async function faunaServer({ frontDoor }: { readonly frontDoor: boolean }): Promise<BenchServer> {
  const shelf = new MemoryShelf();
  const limits = { streamsMax: 100_000, streamsPerKeyMax: 100_000, acceptsPerSecondMax: 100_000 };
  const silent = () => {};
  let onBroadcast = silent;
  const bearer = createBearer({
    ...memorySources(shelf),
    clock: nodeClock,
    random: Math.random,
    crypto: nodeCrypto,
    log: { info: silent, warn: console.error, error: console.error },
    limits,
    meter: {
      answered: silent,
      refused: silent,
      opened: silent,
      ended: silent,
      broadcast: () => onBroadcast(),
    },
  });
  shelf.put(keyRegistryDocument, snapshotOf(registry(), 1));
  const rulesets = rulesetsInTurn();
  shelf.put(environment, rulesets('rollout-10'));
  let next: Snapshot | undefined;
  const { fetch } = bearer.app;
  const listener = getRequestListener(fetch, { overrideGlobalObjects: false });
  const port = frontDoor
    ? (await listen({ host: '127.0.0.1', port: 0, fetch })).port
    : await portOf(createServer((incoming, outgoing) => void listener(incoming, outgoing)));
  return {
    port,
    prepare(change) {
      next = rulesets(change);
    },
    publish() {
      if (next !== undefined) shelf.put(environment, next);
      return new Promise((resolve) => {
        onBroadcast = resolve;
      });
    },
  };
}

function rulesetsInTurn(): (change: Change) => Snapshot {
  const base = toRuleset(referenceSet('rules-100'));
  let [version, enabled, percent] = [0, true, 10];
  const restless = new Set<string>();
  return (change) => {
    version += 1;
    if (change === 'everybody' || change === 'every-flag') enabled = !enabled;
    if (change === 'rollout-10') percent = 10;
    if (change === 'rollout-20') percent = 20;
    restless.clear();
    if (change === 'nobody') restless.add('flag-002');
    if (change === 'every-flag') for (const key of Object.keys(base.flags)) restless.add(key);
    const flags = Object.entries(base.flags).map(([key, flag]): [string, RulesetFlag] => {
      if (key === 'flag-000')
        return [key, { ...flag, rules: [], enabled, defaultServe: { variation: 'on' } }];
      const served = key === 'flag-001' ? { ...flag, rules: [], defaultServe: rollout(percent) } : flag;
      return [
        key,
        restless.has(key) ? { ...served, rules: [...served.rules, ruleForNobody(version)] } : served,
      ];
    });
    return snapshotOf({ ...base, version, flags: Object.fromEntries(flags) }, version);
  };
}

function rollout(percent: number): Serve {
  const on = (percent * weightTotal) / 100;
  return {
    rollout: {
      weights: [
        { variation: 'on', weight: on },
        { variation: 'off', weight: weightTotal - on },
      ],
    },
  };
}

/** A rule that no context meets, another one in every version. */
function ruleForNobody(version: number): Rule {
  const condition = { attribute: 'country', operator: 'equals', values: [`none-${version}`] } as const;
  return { id: 'nobody', match: { combine: 'all', conditions: [condition] }, serve: { variation: 'on' } };
}

function registry(): unknown {
  const key = { id: 'bench', environment, kind: 'client', origins: ['*'], state: 'active' };
  return { schema: 1, keys: { [nodeCrypto.sha256Hex(benchKey)]: key }, handleKeys: [], contextSecrets: {} };
}

function snapshotOf(document: unknown, version: number): Snapshot {
  const payload = new TextEncoder().encode(canonicalJson(document));
  return { epoch: 1_700_000_000, version, hash: nodeCrypto.sha256Hex(payload), payload };
}
