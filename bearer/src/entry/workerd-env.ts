import type { HeldPositions, HubAnswer } from '../durable-object/hub-answer.ts';
import type { RequestPlace } from '../durable-object/region.ts';
import type { UsageRecord } from '../usage/usage-sink.ts';

/** What is called on a hub from afar. */
export interface HubStub {
  fetch(request: Request): Promise<Response>;
  changedSince(held: HeldPositions): Promise<HubAnswer>;
  record(records: readonly UsageRecord[]): Promise<void>;
}

/** What `wrangler.toml` and the account's secrets give to a Worker: settings under the names that they have everywhere. */
export interface WorkerEnv extends Readonly<Record<string, unknown>> {
  readonly HUBS: {
    idFromName(name: string): unknown;
    get(id: unknown, options: { readonly locationHint: string }): HubStub;
  };
}

/** A request as Workers get it. */
export interface WorkerRequest extends Request {
  readonly cf?: RequestPlace;
}

/** What a Worker is lent for one request. */
export interface WorkerContext {
  waitUntil(work: Promise<unknown>): void;
}
