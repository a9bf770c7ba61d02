import type { Ruleset } from '@fauna-flags/core';
import { formatPosition } from '@fauna-flags/core/link';
import { re2Regex } from '@fauna-flags/core/re2';
import { type KeyRegistry, keyRegistryDocument, positionOf, type Snapshot } from '@fauna-flags/protocol';
import { type Bearer, type BearerDeps, createBearer } from '../bearer.ts';
import { MemoryShelf, memorySources } from '../documents/memory-shelf.ts';
import { nodeCrypto } from '../entry/node-crypto.ts';
import { MemoryUsageSink } from '../usage/memory-usage-sink.ts';
import { clientKey, environmentId, registryOf, rulesetSnapshot, serverKey, snapshotOf } from './documents.ts';
import { FrameReader } from './frame-reader.ts';
import { ManualClock, settled } from './manual-clock.ts';
import { MemoryLog } from './memory-log.ts';

/** A bearer over a memory shelf, with time in the test's hands. */
export interface BearerWorld {
  readonly bearer: Bearer;
  readonly shelf: MemoryShelf;
  readonly clock: ManualClock;
  readonly log: MemoryLog;
  readonly usage: MemoryUsageSink;
  /** Publishes a ruleset and waits until it has been applied. */
  publish(ruleset: Ruleset, epoch?: number): Promise<Snapshot>;
  /** Publishes a key registry at the next version. */
  publishKeys(registry: KeyRegistry): Promise<void>;
  /** A request without a key, unless its headers carry one. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** POSTs JSON with the client key. */
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Opens a client stream. */
  streamClient(context: unknown, headers?: Record<string, string>, query?: string): Promise<FrameReader>;
  /** Opens a server stream. */
  streamServer(headers?: Record<string, string>, query?: string): Promise<FrameReader>;
}

/** Builds the world; without a ruleset or a registry the shelf starts without one. */
export async function bearerWorld({
  ruleset,
  registry = registryOf(),
  deps = {},
}: {
  ruleset?: Ruleset;
  registry?: KeyRegistry | null;
  deps?: Partial<BearerDeps>;
} = {}): Promise<BearerWorld> {
  const shelf = new MemoryShelf();
  const clock = new ManualClock();
  const log = new MemoryLog();
  const usage = new MemoryUsageSink();
  let registryVersion = 0;
  const putKeys = (next: KeyRegistry) => {
    registryVersion += 1;
    shelf.put(keyRegistryDocument, snapshotOf(next, { version: registryVersion }));
  };
  if (registry !== null) putKeys(registry);
  if (ruleset !== undefined) shelf.put(environmentId, rulesetSnapshot(ruleset));
  const bearer = createBearer({
    ...memorySources(shelf),
    usage,
    clock,
    random: () => 0.5,
    crypto: nodeCrypto,
    regex: re2Regex(),
    log,
    ...deps,
  });
  await settled();
  const request = async (path: string, init?: RequestInit) => bearer.app.request(path, init);
  const post = (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
    request(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${clientKey}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    bearer,
    shelf,
    clock,
    log,
    usage,
    async publish(next, epoch) {
      const snapshot = rulesetSnapshot(next, epoch);
      shelf.put(environmentId, snapshot);
      await settled();
      return snapshot;
    },
    async publishKeys(next) {
      putKeys(next);
      await settled();
    },
    request,
    post,
    async streamClient(context, headers, query = '') {
      return readerOf(await post(`/stream/client${query}`, { context }, headers));
    },
    async streamServer(headers = {}, query = '') {
      return readerOf(
        await request(`/stream/server${query}`, {
          headers: { authorization: `Bearer ${serverKey}`, ...headers },
        }),
      );
    },
  };
}

/** The position of a snapshot as the wire writes it. */
export function positionTextOf(snapshot: Snapshot): string {
  return formatPosition(positionOf(snapshot));
}

async function readerOf(response: Response): Promise<FrameReader> {
  if (response.status !== 200) throw new Error(`Cannot stream: ${response.status} ${await response.text()}`);
  return new FrameReader(response.body);
}
