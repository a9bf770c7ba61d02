import { re2Regex } from '@fauna-flags/core/re2';
import { type Bearer, createBearer } from '../bearer.ts';
import { DurableCopies } from '../durable-object/durable-copies.ts';
import type { DurableStorage } from '../durable-object/durable-storage.ts';
import { hubStreamsMax } from '../durable-object/environment-hub.ts';
import { servedBy } from '../durable-object/hub-name.ts';
import { MemoryUsageSink } from '../usage/memory-usage-sink.ts';
import type { UsageSink } from '../usage/usage-sink.ts';
import { nodeCrypto } from './node-crypto.ts';
import { workerdClock as clock } from './workerd-clock.ts';
import type { WorkerEnv } from './workerd-env.ts';
import { workerdLog } from './workerd-log.ts';
import { readVerifyKeys, readWorkerUpstream } from './workerd-settings.ts';
import { workerdSources } from './workerd-sources.ts';

/** Starts the bearer that a hub is. Throws `StartError` when the settings lead nowhere. */
export function wakeHub({
  name,
  env,
  storage,
}: {
  /** See `formatHubName`; it is the bearer's name in reports, too. */
  readonly name: string;
  readonly env: WorkerEnv;
  readonly storage: DurableStorage;
}): { readonly bearer: Bearer; readonly usage: UsageSink } {
  const log = workerdLog(env);
  const random = Math.random;
  // The first link opens before there is a bearer that could hold anything.
  let held: Bearer['held'] = () => new Map();
  const { reportSink, ...sources } = workerdSources(readWorkerUpstream(env), {
    clock,
    random,
    log,
    held: () => held(),
    // Called as a method of something else, workerd's own refuses to work.
    fetch: (...request) => fetch(...request),
  });
  const usage = sources.usage ?? new MemoryUsageSink();
  const bearer = createBearer({
    ...sources,
    usage,
    reports: reportSink && { id: name, runtime: 'workerd', sink: reportSink },
    clock,
    random,
    crypto: nodeCrypto,
    regex: re2Regex(),
    log,
    serves: servedBy(name),
    copies: new DurableCopies(storage),
    verifyKeys: readVerifyKeys(env),
    // One client key is shared by every browser, so it may take all the room that there is.
    limits: { streamsMax: hubStreamsMax, streamsPerKeyMax: hubStreamsMax },
  });
  held = bearer.held;
  return { bearer, usage };
}
