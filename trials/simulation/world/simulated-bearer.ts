import { re2Regex } from '@fauna-flags/core/re2';
import { type Snapshot, storeKeys } from '@fauna-flags/protocol';
import { type Bearer, createBearer } from '../../../bearer/src/bearer.ts';
import { nodeCrypto } from '../../../bearer/src/entry/node-crypto.ts';
import { HintLink } from '../../../bearer/src/hints/hint-link.ts';
import { hintedSources } from '../../../bearer/src/hints/hinted-sources.ts';
import type { Log } from '../../../bearer/src/log.ts';
import type { Chance } from './chance.ts';
import type { HttpServer } from './fetch-over.ts';
import { Machine } from './machine.ts';
import type { Network } from './network.ts';
import { readOver } from './read-over.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import type { SimulatedRedis } from './simulated-redis.ts';
import { subscribeOver } from './subscribe-over.ts';

const regex = re2Regex();
/** The patience that the adapter of the real Redis has with its subscription. */
const redisHintTiming = { subscribeMsMax: 4_000, pingMs: 2_000, pingMsMax: 2_000 };
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The real bearer on a machine of its own. */
export class SimulatedBearer implements HttpServer {
  readonly machine: Machine;
  /** What a transfer does to the bytes of a snapshot, while it is sick. */
  garble: (snapshot: Snapshot) => Snapshot = (snapshot) => snapshot;
  readonly #network: Network;
  readonly #chance: Chance;
  readonly #redis: SimulatedRedis;
  readonly disk: SimulatedDisk;
  #bearer: Bearer | undefined;
  #isStarted = false;

  constructor(
    name: string,
    {
      network,
      chance,
      redis,
    }: { readonly network: Network; readonly chance: Chance; readonly redis: SimulatedRedis },
  ) {
    this.machine = new Machine(name, network.scheduler);
    this.#network = network;
    this.#chance = chance;
    this.#redis = redis;
    this.disk = new SimulatedDisk(this.machine, chance);
  }

  /** The bearer of the present life. */
  get bearer(): Bearer | undefined {
    return this.#bearer;
  }

  /** Whether it has read its disk, and serves what it has found there. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  readonly handle = (request: Request, env: object): Response | Promise<Response> =>
    this.#bearer === undefined ? new Response(null, { status: 502 }) : this.#bearer.app.fetch(request, env);

  start(): void {
    const { machine } = this;
    machine.start();
    const clock = {
      now: () => machine.wallClock(),
      after: (delayMs: number, run: () => void) => machine.after(delayMs, run),
      soon: (run: () => void) => void machine.after(0, run),
    };
    const hints = new HintLink({
      connect: subscribeOver(this.#network, machine, this.#redis),
      channel: storeKeys.hints,
      timing: redisHintTiming,
      clock,
      random: this.#chance.next,
      log: silent,
      fields: {},
    });
    const { rulesets, keys } = hintedSources({
      store: readOver(machine, this.#redis, (snapshot) => this.garble(snapshot)),
      hints,
      close: async () => undefined,
    });
    this.#bearer = createBearer({
      rulesets,
      keys,
      clock,
      random: this.#chance.next,
      crypto: nodeCrypto,
      regex,
      log: silent,
      copies: this.disk.open(),
    });
    const { life } = machine;
    void this.#bearer.started.then(() => {
      if (life === machine.life) this.#isStarted = true;
    });
  }

  crash({ silently = false } = {}): void {
    this.#network.dropConnections(this.machine, { silently });
    this.machine.stop();
    this.#bearer = undefined;
    this.#isStarted = false;
  }
}
