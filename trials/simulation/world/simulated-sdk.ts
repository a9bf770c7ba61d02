import type { StorageLike } from '@fauna-flags/client';
import { createClient } from '../../../sdks/client/src/client.ts';
import { createServerClient } from '../../../sdks/node/src/server-client.ts';
import type { Chance } from './chance.ts';
import { contexts, valuesText } from './content.ts';
import { fetchOver, type HttpServer } from './fetch-over.ts';
import { Machine } from './machine.ts';
import type { Network } from './network.ts';

/** What the two SDKs have in common, as far as whoever watches them cares. */
interface RunningSdk {
  readonly status: { readonly state: string; readonly position?: string };
  values(): string;
  close(): void;
}

/** Who an SDK is. */
export interface SdkIdentity {
  readonly kind: 'client' | 'server';
  readonly key: string;
  /** Base URLs, as an application gives them. */
  readonly urls: readonly string[];
  /** Which of `contexts` it is for; a server SDK answers for that one when it is asked. */
  readonly user: number;
}

/** How many bytes fit into the sockets of a connection: of a quick reader, and of one that is behind a narrow pipe. */
const windows = [64 * 1024, 64 * 1024, 1_024];

/** A real SDK on a machine of its own, with a disk that survives it. */
export class SimulatedSdk {
  readonly machine: Machine;
  readonly identity: SdkIdentity;
  /** The position of the last `put` that said `reset: true`: the one older state that it may take. */
  resetTo: string | undefined;
  readonly #network: Network;
  readonly #chance: Chance;
  readonly #serverFor: (host: string) => HttpServer;
  readonly #disk = new Map<string, string>();
  #running: RunningSdk | undefined;

  constructor(
    name: string,
    identity: SdkIdentity,
    {
      network,
      chance,
      serverFor,
    }: {
      readonly network: Network;
      readonly chance: Chance;
      readonly serverFor: (host: string) => HttpServer;
    },
  ) {
    this.machine = new Machine(name, network.scheduler);
    this.identity = identity;
    this.#network = network;
    this.#chance = chance;
    this.#serverFor = serverFor;
  }

  /** The SDK of the present life. */
  get running(): RunningSdk | undefined {
    return this.#running;
  }

  /** Whether it has a state on disk to begin with. */
  get keepsState(): boolean {
    return this.identity.kind === 'client' && this.#disk.size > 0;
  }

  start(): void {
    const { machine, identity } = this;
    machine.start();
    const { next } = this.#chance;
    const platform = {
      fetch: fetchOver({
        network: this.#network,
        client: machine,
        serverFor: this.#serverFor,
        windowBytes: () => this.#chance.pick(windows),
        onPiece: (piece) => this.#look(piece),
      }),
      now: () => machine.steadyClock(),
      setTimer: (callback: () => void, delayMs: number) => machine.after(delayMs, callback),
      random: next,
    };
    const connection = { url: identity.urls, key: identity.key, platform };
    const context = contexts[identity.user] ?? {};
    if (identity.kind === 'client') {
      const client = createClient({ ...connection, context, storage: this.#storage() });
      this.#running = {
        get status() {
          return client.status;
        },
        values: () => valuesText((key) => client.get<unknown>(key, null)),
        close: () => client.close(),
      };
    } else {
      const client = createServerClient(connection);
      this.#running = {
        get status() {
          return client.status;
        },
        values: () => valuesText((key) => client.get<unknown>(key, context, null)),
        close: () => void client.close(),
      };
    }
  }

  crash({ keepsDisk }: { readonly keepsDisk: boolean }): void {
    this.#network.dropConnections(this.machine);
    this.machine.stop();
    this.#running = undefined;
    this.resetTo = undefined;
    if (!keepsDisk) this.#disk.clear();
  }

  #storage(): StorageLike {
    return {
      getItem: (key) => this.#disk.get(key) ?? null,
      setItem: (key, value) => void this.#disk.set(key, value),
    };
  }

  #look(piece: Uint8Array): void {
    const text = new TextDecoder().decode(piece);
    if (text.includes('"reset":true')) this.resetTo = /"position":"([^"]+)"/.exec(text)?.[1];
  }
}
