import { once } from 'node:events';
import { at } from '../at.ts';
import type { Engine, PeerLoader } from '../engine.ts';
import { type ReferenceFlag, type ReferenceSet, rolloutPercent } from '../reference-set.ts';

/** The part of unleash-client that is used. */
interface UnleashModule {
  readonly Unleash: new (
    options: object,
  ) => NodeJS.EventEmitter & {
    isEnabled(name: string, context: object): boolean;
  };
  readonly InMemStorageProvider: new () => object;
}

/**
 * Unleash's server SDK, started from bootstrap data. It answers whether a flag is on and nothing more, which is less than
 * the others give.
 */
export async function unleash(set: ReferenceSet, peer: PeerLoader): Promise<Engine> {
  const { Unleash, InMemStorageProvider }: UnleashModule = peer('unleash-client');
  const client = new Unleash({
    appName: 'bench',
    // It insists on fetching once. Nobody listens on the discard port, so the bootstrap stays what is evaluated.
    url: 'http://127.0.0.1:9/',
    refreshInterval: 0,
    disableMetrics: true,
    storageProvider: new InMemStorageProvider(),
    bootstrap: { data: set.flags.map((flag) => toFeature(set, flag)), segments: toSegments(set) },
  });
  client.on('error', () => undefined);
  client.on('warn', () => undefined);
  await once(client, 'ready');
  const contexts = set.users.map(({ key, country, email, plan, age }) => ({
    userId: key,
    properties: { country, email, plan, age: String(age) },
  }));
  const names = set.flags.map(({ key }) => key);
  const evaluateAll = (userIndex: number): Record<string, boolean> => {
    const context = at(contexts, userIndex);
    const answers: Record<string, boolean> = {};
    for (const name of names) answers[name] = client.isEnabled(name, context);
    return answers;
  };
  return {
    asynchronous: false,
    products: {
      objects: { run: evaluateAll, read: (result) => readAnswers(result) },
      serialised: {
        run: (userIndex) => JSON.stringify(evaluateAll(userIndex)),
        read: (result) => readAnswers(JSON.parse(String(result))),
      },
    },
  };
}

function readAnswers(result: unknown): Map<string, boolean> {
  return new Map(Object.entries(result as Record<string, boolean>));
}

/** One flag as a feature of Unleash: its dependencies, and the strategies of which any turns it on. */
export function toFeature(set: ReferenceSet, flag: ReferenceFlag) {
  return {
    name: flag.key,
    enabled: true,
    dependencies: flag.prerequisite === undefined ? [] : [{ feature: flag.prerequisite, enabled: true }],
    strategies: [
      ...(flag.targets.length > 0
        ? [{ name: 'userWithId', parameters: { userIds: flag.targets.join(',') }, constraints: [] }]
        : []),
      strategy({ contextName: 'country', operator: 'IN', values: flag.countries }),
      strategy({ contextName: 'email', operator: 'STR_ENDS_WITH', values: [flag.emailSuffix] }),
      ...(flag.audience === undefined
        ? []
        : [{ ...strategy(), segments: [set.audiences.findIndex(({ key }) => key === flag.audience)] }]),
      ...otherwise(flag),
    ],
  };
}

/** A strategy with constraints only; Unleash turns a feature on when any strategy holds. */
function strategy(...constraints: readonly object[]) {
  return { name: 'default', parameters: {}, constraints };
}

function otherwise(flag: ReferenceFlag): object[] {
  switch (flag.otherwise) {
    case 'on':
      return [strategy()];
    case 'off':
      return [];
    case 'rollout':
      return [
        {
          name: 'flexibleRollout',
          parameters: { rollout: String(rolloutPercent), stickiness: 'userId', groupId: flag.key },
          constraints: [],
        },
      ];
  }
}

function toSegments(set: ReferenceSet) {
  return set.audiences.map(({ plans, ageMin }, id) => ({
    id,
    name: `segment-${id}`,
    constraints: [
      { contextName: 'plan', operator: 'IN', values: plans },
      { contextName: 'age', operator: 'NUM_GTE', value: String(ageMin), values: [] },
    ],
  }));
}
