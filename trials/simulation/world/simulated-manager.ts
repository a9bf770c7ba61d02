import { type Publisher, startPublisher } from '../../../manager/src/features/publishing/publisher.ts';
import type { Chance } from './chance.ts';
import { Machine } from './machine.ts';
import type { Network } from './network.ts';
import type { SimulatedPostgres } from './simulated-postgres.ts';
import type { SimulatedRedis } from './simulated-redis.ts';

/** What waits before a process that could not start is started again. */
const restartMs = 1_000;
/** How long whoever writes waits for the database. */
const transactionMsMax = 5_000;

/** A manager: the real publisher, and a way to write. */
export class SimulatedManager {
  readonly machine: Machine;
  readonly #network: Network;
  readonly #chance: Chance;
  readonly #postgres: SimulatedPostgres;
  readonly #redis: SimulatedRedis;
  #publisher: Publisher | undefined;

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

  start(): void {
    this.machine.start();
    void this.#boot();
  }

  crash({ silently = false } = {}): void {
    this.#network.dropConnections(this.machine, { silently });
    this.machine.stop();
    this.#publisher = undefined;
  }

  /** One transaction on behalf of a user; what goes wrong is the user's to repeat. The nudge is lost with the process. */
  async write(commit: () => void): Promise<void> {
    const { life } = this.machine;
    try {
      await this.#network.call({
        from: this.machine,
        to: this.#postgres.machine,
        timeoutMs: transactionMsMax,
        work: commit,
      });
    } catch {
      return;
    }
    if (life === this.machine.life) this.#publisher?.nudge();
  }

  /** A manager does not start without its database: its supervisor tries again. */
  async #boot(): Promise<void> {
    const { life } = this.machine;
    try {
      const publisher = await startPublisher({
        outbox: this.#postgres.outboxFor(this.machine),
        store: this.#redis.storeFor(this.machine),
        schedule: (callback, delayMs) => this.machine.after(delayMs, callback),
        random: this.#chance.next,
        epochMax: () => Number.POSITIVE_INFINITY,
        log: { warn: () => undefined },
      });
      if (life === this.machine.life) this.#publisher = publisher;
    } catch {
      if (life === this.machine.life) this.machine.after(restartMs, () => void this.#boot());
    }
  }
}
