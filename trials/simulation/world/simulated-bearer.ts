import type { RegexPort } from '@fauna-flags/core';
import { re2Regex } from '@fauna-flags/core/re2';
import { type Snapshot, storeKeys } from '@fauna-flags/protocol';
import { type Bearer, createBearer } from '../../../bearer/src/bearer.ts';
import { sourcesOverStore } from '../../../bearer/src/bearer-sources.ts';
import { nodeCrypto } from '../../../bearer/src/entry/node-crypto.ts';
import { HintLink } from '../../../bearer/src/hints/hint-link.ts';
import { hintedSources } from '../../../bearer/src/hints/hinted-sources.ts';
import { MemoryUsageSink } from '../../../bearer/src/usage/memory-usage-sink.ts';
import type { Chance } from './chance.ts';
import { clockOf, silentLog } from './clock-of.ts';
import { poison } from './content.ts';
import { fetchOver, type HttpServer } from './fetch-over.ts';
import { bearerToken } from './keys.ts';
import { Machine } from './machine.ts';
import type { Network } from './network.ts';
import { readOver } from './read-over.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import type { SimulatedRedis } from './simulated-redis.ts';
import { subscribeOver } from './subscribe-over.ts';

const regex = re2Regex();
/** The patience that the adapter of the real Redis has with its subscription. */
const redisHintTiming = { subscribeMsMax: 4_000, pingMs: 2_000, pingMsMax: 2_000 };
const managerUrls = ['http://manager-1', 'http://manager-2'];

/** The real bearer on a machine of its own. */
export class SimulatedBearer implements HttpServer {
  readonly machine: Machine;
  /** What a transfer does to the bytes of a snapshot, while it is sick. */
  garble: (snapshot: Snapshot) => Snapshot = (snapshot) => snapshot;
  /** Called when this bearer has compiled what kills it. */
  onPoisoned: () => void = () => undefined;
  readonly #network: Network;
  readonly #chance: Chance;
  readonly #redis: SimulatedRedis;
  readonly #managerFor: (host: string) => HttpServer;
  readonly disk: SimulatedDisk;
  #bearer: Bearer | undefined;
  #isStarted = false;

  constructor(
    name: string,
    {
      network,
      chance,
      redis,
      managerFor,
    }: {
      readonly network: Network;
      readonly chance: Chance;
      readonly redis: SimulatedRedis;
      /** Who stands behind a manager's host name. */
      readonly managerFor: (host: string) => HttpServer;
    },
  ) {
    this.machine = new Machine(name, network.scheduler);
    this.#network = network;
    this.#chance = chance;
    this.#redis = redis;
    this.#managerFor = managerFor;
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
    const clock = clockOf(machine);
    const random = this.#chance.next;
    const shared = { clock, random, log: silentLog };
    const hints = new HintLink({
      ...shared,
      connect: subscribeOver(this.#network, machine, this.#redis),
      channel: storeKeys.hints,
      timing: redisHintTiming,
      fields: {},
    });
    const store = hintedSources({
      store: readOver(machine, this.#redis, (snapshot) => this.garble(snapshot)),
      hints,
      close: async () => undefined,
    });
    const upstream = { urls: managerUrls, token: bearerToken };
    const { reportSink, ...sources } = sourcesOverStore(
      { ...store, reportSink: this.#redis.reportsFor(machine), usage: new MemoryUsageSink() },
      upstream,
      { ...shared, fetch: this.#fetch(), held: () => this.#bearer?.held() ?? new Map() },
    );
    this.#bearer = createBearer({
      ...shared,
      ...sources,
      crypto: nodeCrypto,
      regex: { compile: (...pattern) => this.#compile(...pattern) },
      copies: this.disk.open(),
      bearerToken,
      reports: reportSink && { id: machine.name, runtime: 'node', sink: reportSink },
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

  #compile(...pattern: Parameters<RegexPort['compile']>): ReturnType<RegexPort['compile']> {
    if (pattern[0] !== poison) return regex.compile(...pattern);
    this.onPoisoned();
    throw new Error('This process is dead');
  }

  /** How this bearer reaches managers. */
  #fetch(): typeof globalThis.fetch {
    const over = fetchOver({
      network: this.#network,
      client: this.machine,
      serverFor: this.#managerFor,
      windowBytes: () => 64 * 1024,
    });
    return (url, init) => over(String(url), init ?? {});
  }
}
