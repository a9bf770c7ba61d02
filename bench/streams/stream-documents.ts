import { nodeCrypto } from '@fauna-flags/bearer/node';
import { type Rule, type RulesetFlag, type Serve, weightTotal } from '@fauna-flags/core';
import { canonicalJson, type Snapshot } from '@fauna-flags/protocol';
import { toRuleset } from '../evaluate/engines/fauna.ts';
import { referenceSet } from '../evaluate/reference-set.ts';
import type { Change } from './bench-server.ts';

/** The environment of the benchmark. */
export const benchEnvironment = '0f0e0d0c-0b0a-4908-8706-050403020100';
/** Its client key. */
export const benchKey = 'a-client-key-that-the-benchmark-uses';

/** Gives the 100 reference flags, once more with every change. */
export function rulesetsInTurn(): (change: Change) => Snapshot {
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

/** The key registry: one client key. */
export function registrySnapshot(): Snapshot {
  const key = { id: 'bench', environment: benchEnvironment, kind: 'client', origins: ['*'], state: 'active' };
  const keys = { [nodeCrypto.sha256Hex(benchKey)]: key };
  return snapshotOf({ schema: 1, keys, handleKeys: [], contextSecrets: {} }, 1);
}

function snapshotOf(document: unknown, version: number): Snapshot {
  const payload = new TextEncoder().encode(canonicalJson(document));
  return { epoch: 1_700_000_000, version, hash: nodeCrypto.sha256Hex(payload), payload };
}
