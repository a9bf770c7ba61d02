import { DurableObject } from 'cloudflare:workers';
import { re2Regex } from '@fauna-flags/core/re2';
import { EnvironmentHub } from '../durable-object/environment-hub.ts';
import { forwardStream } from '../durable-object/forward-stream.ts';
import type { HeldPositions, HubAnswer } from '../durable-object/hub-answer.ts';
import { formatHubName } from '../durable-object/hub-name.ts';
import { isStreamRequest } from '../durable-object/hub-request.ts';
import { Isolate, type RequestScope } from '../durable-object/isolate.ts';
import { notReadyResponse } from '../durable-object/not-ready-response.ts';
import { regionOf } from '../durable-object/region.ts';
import { StreamShards } from '../durable-object/stream-shards.ts';
import { reasonOf } from '../log.ts';
import type { UsageRecord } from '../usage/usage-sink.ts';
import { nodeCrypto } from './node-crypto.ts';
import { wakeHub } from './workerd-bearer.ts';
import { workerdClock } from './workerd-clock.ts';
import type { HubStub, WorkerContext, WorkerEnv, WorkerRequest } from './workerd-env.ts';
import { workerdLog } from './workerd-log.ts';

/*
 * Fauna's bearer as a Cloudflare Worker. An isolate answers values and rulesets from memory; streams are held by Durable
 * Objects, one for each environment, region and shard. In a plain Worker whatever belongs to one request may not be
 * touched by another: what is enqueued on another request's stream silently goes nowhere.
 */

const shards = new StreamShards(workerdClock);
let isolate: Isolate | undefined;

/** One hub, as Cloudflare makes it when it is first asked for. Nothing but the Worker below can reach it. */
export class Hub extends DurableObject<WorkerEnv> {
  readonly #hub = new EnvironmentHub({
    wake: () => wakeHub({ name: this.ctx.id.name ?? '', env: this.env, storage: this.ctx.storage }),
    clock: workerdClock,
    random: Math.random,
  });

  /** A stream, or a question about something that an isolate has not heard of. */
  fetch(request: Request): Promise<Response> {
    return this.#hub.fetch(request);
  }

  /** See `EnvironmentHub.changedSince`. */
  changedSince(held: HeldPositions): Promise<HubAnswer> {
    return this.#hub.changedSince(held);
  }

  /** See `EnvironmentHub.record`. */
  record(records: readonly UsageRecord[]): Promise<void> {
    return this.#hub.record(records);
  }
}

// biome-ignore lint/style/noDefaultExport: what a Worker does is its module's default export
export default { fetch: answer };

async function answer(request: WorkerRequest, env: WorkerEnv, context: WorkerContext): Promise<Response> {
  // Not before the first request: where a Worker is loaded, it has neither time nor chance.
  isolate ??= new Isolate({
    clock: workerdClock,
    random: Math.random,
    crypto: nodeCrypto,
    regex: re2Regex(),
    log: workerdLog(env),
  });
  const region = regionOf(request.cf ?? {});
  const hubOf = (documentId: string, shard: number): HubStub => {
    const id = env.HUBS.idFromName(formatHubName({ documentId, region, shard }));
    return env.HUBS.get(id, { locationHint: region });
  };
  const scope: RequestScope = {
    ask: (documentId, held) => hubOf(documentId, 0).changedSince(held),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    waitUntil: (work) => context.waitUntil(work),
  };
  const environmentId = isAboutNobody(request) ? undefined : await isolate.environmentOf(request, scope);
  const isStream = environmentId !== undefined && isStreamRequest(request);
  const answered = isStream ? undefined : await isolate.answer(request, environmentId, scope);
  for (const [id, records] of isolate.takeUsage()) context.waitUntil(recorded(hubOf(id, 0).record(records)));
  if (answered !== undefined || environmentId === undefined) return answered ?? notReadyResponse(Math.random);
  try {
    return await forwardStream({
      request,
      place: `${environmentId}:${region}`,
      shards,
      send: (shard, ours) => hubOf(environmentId, shard).fetch(ours),
      random: Math.random,
    });
  } catch (error) {
    workerdLog(env).warn('Cannot reach a hub', { environment: environmentId, reason: reasonOf(error) });
    return notReadyResponse(Math.random);
  }
}

/** Health checks and preflights are answered at once: they carry no key, and wait for nothing. */
function isAboutNobody({ method, url }: Request): boolean {
  return method === 'OPTIONS' || new URL(url).pathname === '/healthz';
}

/** Counts are worth less than a request: whatever happens to them, nobody waits for it. */
function recorded(recording: Promise<void>): Promise<void> {
  return recording.catch(() => {});
}
