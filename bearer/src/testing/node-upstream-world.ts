import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Heartbeat, UsageRecord } from '@fauna-flags/protocol';
import { getRequestListener } from '@hono/node-server';
import { MemoryShelf } from '../documents/memory-shelf.ts';
import { nodeClock } from '../entry/node-clock.ts';
import { nodeCrypto } from '../entry/node-crypto.ts';
import { type BearerApi, createBearerApi } from '../upstream/bearer-api.ts';
import type { DocumentLibrary } from '../upstream/document-library.ts';
import { MemoryLog } from './memory-log.ts';

/** The token of bearers that tests speak of. */
export const bearerToken = 'a-token-of-bearers-that-tests-have-chosen';

/** What lies on a shelf, as a library. */
export function shelfLibrary(shelf: MemoryShelf): DocumentLibrary {
  return {
    async positions() {
      return new Map(
        shelf.documents().flatMap((documentId) => {
          const snapshot = shelf.read(documentId);
          return snapshot === undefined ? [] : [[documentId, snapshot] as const];
        }),
      );
    },
    read: async (documentId) => shelf.read(documentId),
    watch: (onHint) => shelf.subscribe(onHint),
  };
}

/** A real HTTP server that serves a shelf to bearers. */
export class UpstreamServer {
  readonly shelf = new MemoryShelf();
  readonly log = new MemoryLog();
  readonly heartbeats: Heartbeat[] = [];
  readonly usage: UsageRecord[] = [];
  /** False: usage is refused for now. */
  takesUsage = true;
  readonly api: BearerApi;
  /** Requests so far. */
  requests = 0;
  #server: Server | undefined;
  #port = 0;

  constructor(library?: DocumentLibrary) {
    this.api = createBearerApi({
      library: library ?? shelfLibrary(this.shelf),
      token: bearerToken,
      crypto: nodeCrypto,
      clock: nodeClock,
      random: Math.random,
      log: this.log,
      onHeartbeat: async (heartbeat) => void this.heartbeats.push(heartbeat),
      onUsage: async (records) => {
        if (!this.takesUsage) throw new Error('not now');
        this.usage.push(...records);
      },
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens, on the port of the time before if there was one. */
  async start(): Promise<void> {
    const listener = getRequestListener(this.api.app.fetch, { overrideGlobalObjects: false });
    const server = createServer((incoming, outgoing) => {
      this.requests += 1;
      void listener(incoming, outgoing);
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Ends every connection and listens no more. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
