import { at } from '../at.ts';
import type { Engine, PeerLoader } from '../engine.ts';
import type { ReferenceSet } from '../reference-set.ts';
import { toGrowthbookAttributes, toGrowthbookFeatures } from './growthbook-features.ts';

/** The part of @growthbook/proxy-eval that is used. */
interface ProxyEvalModule {
  evaluateFeatures(request: { readonly payload: object; readonly attributes: object }): Promise<Evaluated>;
}

interface Evaluated {
  readonly features: Readonly<Record<string, { readonly defaultValue: unknown }>>;
}

/** What GrowthBook's own edge server evaluates remote requests with. */
export function growthbookProxy(set: ReferenceSet, peer: PeerLoader): Engine {
  const { evaluateFeatures }: ProxyEvalModule = peer('@growthbook/proxy-eval');
  const payload = { features: toGrowthbookFeatures(set) };
  const attributes = toGrowthbookAttributes(set);
  const evaluateAll = (userIndex: number) =>
    evaluateFeatures({ payload, attributes: at(attributes, userIndex) });
  return {
    asynchronous: true,
    products: {
      objects: { run: evaluateAll, read: (result) => readAnswers(result) },
      serialised: {
        run: async (userIndex) => JSON.stringify(await evaluateAll(userIndex)),
        read: (result) => readAnswers(JSON.parse(String(result))),
      },
    },
  };
}

function readAnswers(result: unknown): Map<string, boolean> {
  const { features } = result as Evaluated;
  return new Map(Object.entries(features).map(([key, { defaultValue }]) => [key, defaultValue === true]));
}
