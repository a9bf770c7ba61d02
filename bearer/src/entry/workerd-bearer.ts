import { re2Regex } from '@fauna-flags/core/re2';
import { type Bearer, createBearer } from '../bearer.ts';
import { DurableCopies } from '../durable-object/durable-copies.ts';
import type { DurableStorage } from '../durable-object/durable-storage.ts';
import { hubStreamsMax } from '../durable-object/environment-hub.ts';
import { servedBy } from '../durable-object/hub-name.ts';
import { upstashSources } from '../upstash/upstash-sources.ts';
import { MemoryUsageSink } from '../usage/memory-usage-sink.ts';
import type { UsageSink } from '../usage/usage-sink.ts';
import { nodeCrypto } from './node-crypto.ts';
import { workerdClock as clock } from './workerd-clock.ts';
import type { WorkerEnv } from './workerd-env.ts';
import { workerdLog } from './workerd-log.ts';
import { readWorkerStore } from './workerd-settings.ts';

/** Starts the bearer that a hub is. Throws `StartError` when the settings lead to no store. */
export function wakeHub({
  name,
  env,
  storage,
}: {
  /** See `formatHubName`. */
  readonly name: string;
  readonly env: WorkerEnv;
  readonly storage: DurableStorage;
}): { readonly bearer: Bearer; readonly usage: UsageSink } {
  const log = workerdLog(env);
  const random = Math.random;
  const usage = new MemoryUsageSink();
  const bearer = createBearer({
    ...upstashSources({
      ...readWorkerStore(env),
      // Called as a method of something else, workerd's own refuses to work.
      fetch: (url, init) => fetch(url, init),
      clock,
      random,
      log,
    }),
    usage,
    clock,
    random,
    crypto: nodeCrypto,
    regex: re2Regex(),
    log,
    serves: servedBy(name),
    copies: new DurableCopies(storage),
    // One client key is shared by every browser, so it may take all the room that there is.
    limits: { streamsMax: hubStreamsMax, streamsPerKeyMax: hubStreamsMax },
  });
  return { bearer, usage };
}
