import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { checkEngine, type EngineCheck } from './check-engine.ts';
import type { EngineDescription, ProductName } from './engine.ts';
import { engines, isEngineName } from './engines.ts';
import { type Measurement, measure, warmUp } from './measure.ts';
import { isReferenceSetName, referenceSet } from './reference-set.ts';

/** Every engine but those that say otherwise gets no cheaper after this. */
const warmUpMsDefault = 300;

/** What the process of one engine tells the one that started it. */
export interface EngineResult {
  readonly check: EngineCheck;
  readonly products: Readonly<Record<ProductName, Measurement>>;
}

/**
 * Runs in a process of its own: checks and times one engine on one set, sends the result to the parent and ends. A fresh
 * process each time, since what the optimiser makes of the same code differs from start to start.
 */
export async function engineProcess([engineName = '', setName = '', peersFolder = '']: readonly string[]) {
  if (!isEngineName(engineName) || !isReferenceSetName(setName)) {
    throw new Error(`Cannot measure engine "${engineName}" on set "${setName}": no such pair`);
  }
  const set = referenceSet(setName);
  const { create, warmUpMs }: EngineDescription = engines[engineName];
  const engine = await create(set, createRequire(resolve(peersFolder, 'package.json')));
  const check = await checkEngine(set, engine);
  await warmUp(set, engine, warmUpMs ?? warmUpMsDefault);
  const result: EngineResult = {
    check,
    products: {
      objects: await measure(set, engine, 'objects'),
      serialised: await measure(set, engine, 'serialised'),
    },
  };
  await hand(result);
  // Some engines keep timers and sockets for ever.
  process.exit(0);
}

/** Sends to the parent, and waits until it is sent; without a parent it prints. */
function hand(result: EngineResult): Promise<void> {
  return new Promise((done) => {
    if (process.send !== undefined) return process.send(result, () => done());
    console.log(JSON.stringify(result, undefined, 2));
    done();
  });
}
