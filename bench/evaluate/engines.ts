import type { EngineDescription } from './engine.ts';
import { fauna } from './engines/fauna.ts';
import { flagd } from './engines/flagd.ts';
import { growthbook } from './engines/growthbook.ts';
import { growthbookProxy } from './engines/growthbook-proxy.ts';
import { launchdarkly } from './engines/launchdarkly.ts';
import { unleash } from './engines/unleash.ts';

/** Every engine by name, in the order in which they take turns. Ours is first. */
export const engines = {
  fauna: {
    title: 'Fauna',
    measured: 'evaluateAll(): value, variation, reason · serializeClient(): the same as text',
    create: fauna,
  },
  flagd: {
    title: '@openfeature/flagd-core 4.0.1',
    measured: 'resolveAll(): value, variant, reason · JSON.stringify() of it',
    // It makes functions of every flag's logic, hundreds of them, and the optimiser works on them for over a second.
    warmUpMs: 1_600,
    create: flagd,
  },
  unleash: {
    title: 'unleash-client 6.12.1',
    measured: 'isEnabled() of each flag: on or off only · JSON.stringify() of it',
    create: unleash,
  },
  growthbook: {
    title: '@growthbook/growthbook 1.8.0',
    measured: 'evalFeature() of each flag: value, source · JSON.stringify() of it',
    create: growthbook,
  },
  'growthbook-proxy': {
    title: '@growthbook/proxy-eval 1.1.2',
    measured: 'evaluateFeatures(): values only · JSON.stringify() of it',
    create: growthbookProxy,
  },
  launchdarkly: {
    title: '@launchdarkly/node-server-sdk 9.13.7',
    measured: 'allFlagsState().toJSON(): value, variation, version · JSON.stringify() of it',
    create: launchdarkly,
  },
} as const satisfies Readonly<Record<string, EngineDescription>>;

/** The name of an engine. */
export type EngineName = keyof typeof engines;

/** The names, ours first. */
export const engineNames = Object.keys(engines).filter(isEngineName);

/** True for the name of an engine. */
export function isEngineName(name: string): name is EngineName {
  return Object.hasOwn(engines, name);
}
