import type { Snapshot } from '@fauna-flags/protocol';
import { nodeCrypto } from '../../../bearer/src/entry/node-crypto.ts';
import { type BearerApi, createBearerApi } from '../../../bearer/src/upstream/bearer-api.ts';
import { withHeartbeatsOf } from '../../../manager/src/features/publishing/bearer-heartbeats.ts';
import {
  type OutboxLibrary,
  outboxLibrary,
} from '../../../manager/src/features/publishing/outbox-library.ts';
import { type Publisher, startPublisher } from '../../../manager/src/features/publishing/publisher.ts';
import type { Chance } from './chance.ts';
import { clockOf, silentLog } from './clock-of.ts';
import type { HttpServer } from './fetch-over.ts';
import { bearerToken } from './keys.ts';
import { Machine } from './machine.ts';
import type { Network } from './network.ts';
import type { SimulatedPostgres } from './simulated-postgres.ts';
import type { SimulatedRedis } from './simulated-redis.ts';

/** What waits before a process that could not start is started again. */
const restartMs = 1_000;
/** How long whoever writes waits for the database. */
const transactionMsMax = 5_000;
/** As the composition of a manager has it. */
const epochsAheadMax = 24 * 60 * 60;

/** A manager: the real publisher, the real API of bearers, and a way to write. */
export class SimulatedManager implements HttpServer {
  readonly machine: Machine;
  readonly #network: Network;
  readonly #chance: Chance;
  readonly #postgres: SimulatedPostgres;
  readonly #redis: SimulatedRedis;
  #publisher: Publisher | undefined;
  #library: OutboxLibrary | undefined;
  #bearerApi: BearerApi | undefined;

  constructor(
    name: string,
    {
      network,
      chance,
      postgres,
      redis,
    }: {
      readonly network: Network;
      readonly chance: Chance;
      readonly postgres: SimulatedPostgres;
      readonly redis: SimulatedRedis;
    },
  ) {
    this.machine = new Machine(name, network.scheduler);
    this.#network = network;
    this.#chance = chance;
    this.#postgres = postgres;
    this.#redis = redis;
  }

  readonly handle = (request: Request, env: object): Response | Promise<Response> =>
    this.#bearerApi === undefined
      ? new Response(null, { status: 503 })
      : this.#bearerApi.app.fetch(request, env);

  start(): void {
    this.machine.start();
    void this.#boot();
  }

  crash({ silently = false } = {}): void {
    this.#network.dropConnections(this.machine, { silently });
    this.machine.stop();
    this.#publisher = this.#library = this.#bearerApi = undefined;
  }

  /**
   * One transaction on behalf of a user, which answers the snapshots that it has committed as far as it knows them; what
   * goes wrong is the user's to repeat. The nudge is lost with the process.
   */
  async write(commit: () => ReadonlyMap<string, Snapshot> | undefined): Promise<void> {
    const { life } = this.machine;
    let committed: ReadonlyMap<string, Snapshot> | undefined;
    try {
      committed = await this.#network.call({
        from: this.machine,
        to: this.#postgres.machine,
        timeoutMs: transactionMsMax,
        work: commit,
      });
    } catch {
      return;
    }
    if (life !== this.machine.life) return;
    this.#publisher?.nudge(committed);
    this.#library?.nudge();
  }

  /** A manager does not start without its database: its supervisor tries again. */
  async #boot(): Promise<void> {
    const { machine } = this;
    const { life } = machine;
    const random = this.#chance.next;
    const schedule = (callback: () => void, delayMs: number) => machine.after(delayMs, callback);
    const outbox = this.#postgres.outboxFor(machine);
    const heartbeats = this.#postgres.heartbeatsFor(machine);
    try {
      const publisher = await startPublisher({
        outbox,
        store: withHeartbeatsOf(this.#redis.storeFor(machine), heartbeats),
        schedule,
        random,
        epochMax: () => Math.floor(machine.wallClock() / 1_000) + epochsAheadMax,
        log: { warn: () => undefined, info: () => undefined },
      });
      if (life !== machine.life) return;
      this.#publisher = publisher;
    } catch {
      if (life === machine.life) machine.after(restartMs, () => void this.#boot());
      return;
    }
    this.#library = outboxLibrary({ outbox, schedule, random });
    this.#bearerApi = createBearerApi({
      library: this.#library,
      token: bearerToken,
      onHeartbeat: (heartbeat) => heartbeats.keep(heartbeat),
      onUsage: async () => {},
      clock: clockOf(machine),
      random,
      crypto: nodeCrypto,
      log: silentLog,
    });
  }
}
