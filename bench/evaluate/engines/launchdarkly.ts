import { at } from '../at.ts';
import type { Engine, PeerLoader } from '../engine.ts';
import { type ReferenceFlag, type ReferenceSet, rolloutPercent } from '../reference-set.ts';

/** The part of @launchdarkly/node-server-sdk that is used. */
interface LaunchDarklyModule {
  init(key: string, options: object): LaunchDarklyClient;
  basicLogger(options: { readonly level: 'none' }): object;
}

interface LaunchDarklyClient {
  waitForInitialization(options: { readonly timeout: number }): Promise<unknown>;
  allFlagsState(context: object): Promise<{ toJSON(): object }>;
}

interface IntegrationsModule {
  readonly TestData: new () => {
    getFactory(): object;
    usePreconfiguredFlag(flag: object): Promise<unknown>;
    usePreconfiguredSegment(segment: object): Promise<unknown>;
  };
}

const onIndex = 0;
const offIndex = 1;
/** Its weights sum to this. */
const weightSum = 100_000;

/**
 * LaunchDarkly's Node SDK, offline from test data. Its state for all flags is asked for without reasons, which is its
 * default and its faster way.
 */
export async function launchdarkly(set: ReferenceSet, peer: PeerLoader): Promise<Engine> {
  const { init, basicLogger }: LaunchDarklyModule = peer('@launchdarkly/node-server-sdk');
  const { TestData }: IntegrationsModule = peer('@launchdarkly/node-server-sdk/integrations');
  const data = new TestData();
  for (const segment of toSegments(set)) await data.usePreconfiguredSegment(segment);
  for (const flag of set.flags) await data.usePreconfiguredFlag(toFlag(flag));
  const client = init('bench', {
    updateProcessor: data.getFactory(),
    sendEvents: false,
    diagnosticOptOut: true,
    logger: basicLogger({ level: 'none' }),
  });
  await client.waitForInitialization({ timeout: 10 });
  const contexts = set.users.map((user) => ({ kind: 'user', ...user }));
  const evaluateAll = async (userIndex: number) =>
    (await client.allFlagsState(at(contexts, userIndex))).toJSON();
  return {
    asynchronous: true,
    products: {
      objects: { run: evaluateAll, read: (result) => readAnswers(set, result) },
      serialised: {
        run: async (userIndex) => JSON.stringify(await evaluateAll(userIndex)),
        read: (result) => readAnswers(set, JSON.parse(String(result))),
      },
    },
  };
}

function readAnswers(set: ReferenceSet, result: unknown): Map<string, boolean> {
  const state = result as Record<string, unknown>;
  return new Map(set.flags.map(({ key }) => [key, state[key] === true]));
}

function toFlag(flag: ReferenceFlag) {
  return {
    key: flag.key,
    version: 1,
    on: true,
    salt: flag.salt,
    variations: [true, false],
    offVariation: offIndex,
    prerequisites: flag.prerequisite === undefined ? [] : [{ key: flag.prerequisite, variation: onIndex }],
    targets: flag.targets.length === 0 ? [] : [{ variation: onIndex, values: flag.targets }],
    rules: [
      rule('country', { attribute: 'country', op: 'in', values: flag.countries }),
      rule('email', { attribute: 'email', op: 'endsWith', values: [flag.emailSuffix] }),
      ...(flag.audience === undefined
        ? []
        : [rule('audience', { attribute: '', op: 'segmentMatch', values: [flag.audience] })]),
    ],
    fallthrough: otherwise(flag),
    clientSideAvailability: { usingEnvironmentId: true, usingMobileKey: true },
  };
}

function rule(id: string, clause: object) {
  return { id, variation: onIndex, clauses: [userClause(clause)], trackEvents: false };
}

function userClause(clause: object) {
  return { contextKind: 'user', negate: false, ...clause };
}

function otherwise(flag: ReferenceFlag) {
  if (flag.otherwise !== 'rollout') return { variation: flag.otherwise === 'on' ? onIndex : offIndex };
  const weight = (rolloutPercent * weightSum) / 100;
  return {
    rollout: {
      contextKind: 'user',
      variations: [
        { variation: onIndex, weight },
        { variation: offIndex, weight: weightSum - weight },
      ],
    },
  };
}

function toSegments(set: ReferenceSet) {
  return set.audiences.map(({ key, plans, ageMin }) => ({
    key,
    version: 1,
    salt: key,
    included: [],
    excluded: [],
    rules: [
      {
        clauses: [
          userClause({ attribute: 'plan', op: 'in', values: plans }),
          userClause({ attribute: 'age', op: 'greaterThanOrEqual', values: [ageMin] }),
        ],
      },
    ],
  }));
}
