import { at } from '../at.ts';
import type { Engine, PeerLoader } from '../engine.ts';
import type { ReferenceSet } from '../reference-set.ts';
import { toGrowthbookAttributes, toGrowthbookFeatures } from './growthbook-features.ts';

/** The part of @growthbook/growthbook that is used. */
interface GrowthbookModule {
  readonly GrowthBookClient: new () => {
    initSync(options: { readonly payload: object }): unknown;
    evalFeature(key: string, user: object): { readonly on: boolean };
  };
}

type Answers = Record<string, { readonly on: boolean }>;

/** GrowthBook's SDK as a server uses it: one client, a user context for each call. */
export function growthbook(set: ReferenceSet, peer: PeerLoader): Engine {
  const { GrowthBookClient }: GrowthbookModule = peer('@growthbook/growthbook');
  const client = new GrowthBookClient();
  client.initSync({ payload: { features: toGrowthbookFeatures(set) } });
  const attributes = toGrowthbookAttributes(set);
  const names = set.flags.map(({ key }) => key);
  const evaluateAll = (userIndex: number): Answers => {
    const user = { attributes: at(attributes, userIndex) };
    const answers: Answers = {};
    for (const name of names) answers[name] = client.evalFeature(name, user);
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
  return new Map(Object.entries(result as Answers).map(([key, { on }]) => [key, on]));
}
