import { keyRegistryDocument } from '@fauna-flags/protocol';
import { type Chance, chanceOf } from './chance.ts';
import { changed } from './content.ts';
import type { HttpServer } from './fetch-over.ts';
import { clientKey, environmentId, revocableKey, serverKey } from './keys.ts';
import { Ledger } from './ledger.ts';
import type { Machine } from './machine.ts';
import { Network } from './network.ts';
import { Recent } from './recent.ts';
import { Scheduler } from './scheduler.ts';
import { SimulatedBearer } from './simulated-bearer.ts';
import { SimulatedManager } from './simulated-manager.ts';
import { SimulatedPostgres } from './simulated-postgres.ts';
import { SimulatedRedis } from './simulated-redis.ts';
import { type SdkIdentity, SimulatedSdk } from './simulated-sdk.ts';
import { standingOf, wireText } from './standing.ts';
import { Watch } from './watch.ts';

/**
 * How old a bearer's word may be by the time it arrives: a stream of documents counts as live for 15 s of silence, whoever
 * sends it may have been frozen, and so may whoever reads it.
 */
const confirmationMsMax = 90_000;

/** Half of the SDKs stand behind a load balancer, which sends every connection to any bearer; the others name all three. */
const throughBalancer = ['http://balancer'];
const inTurn = ['http://bearer-1', 'http://bearer-2', 'http://bearer-3'];
const identities: readonly SdkIdentity[] = [
  { kind: 'client', key: clientKey, urls: throughBalancer, user: 0 },
  { kind: 'client', key: clientKey, urls: throughBalancer, user: 1 },
  { kind: 'client', key: clientKey, urls: throughBalancer, user: 2 },
  { kind: 'client', key: clientKey, urls: inTurn, user: 3 },
  { kind: 'client', key: clientKey, urls: inTurn.toReversed(), user: 4 },
  { kind: 'client', key: revocableKey, urls: inTurn.slice(1), user: 5 },
  { kind: 'server', key: serverKey, urls: throughBalancer, user: 3 },
];

function withoutStreams({ machine, handle }: HttpServer): HttpServer {
  return {
    machine,
    handle: (request, env) =>
      new URL(request.url).pathname.startsWith('/stream')
        ? new Response(null, { status: 502 })
        : handle(request, env),
  };
}

/** Two managers, three bearers, seven SDKs, a Postgres and a Redis, and everything between them. */
export class World {
  readonly scheduler = new Scheduler();
  readonly chance: Chance;
  readonly ledger = new Ledger();
  readonly network: Network;
  readonly watch: Watch;
  readonly postgres: SimulatedPostgres;
  readonly redis: SimulatedRedis;
  readonly managers: readonly SimulatedManager[];
  readonly bearers: readonly SimulatedBearer[];
  readonly sdks: SimulatedSdk[];
  /** How many faults have been put in. */
  faults = 0;
  /** What the store and the database had lately. */
  readonly #sources = [new Recent(), new Recent()] as const;
  readonly #trace: ((line: string) => void) | undefined;

  constructor(seed: number, trace?: (line: string) => void) {
    this.#trace = trace;
    this.chance = chanceOf(seed);
    const { chance, scheduler } = this;
    const network = new Network(scheduler, chance);
    this.network = network;
    this.watch = new Watch({
      ledger: this.ledger,
      now: () => scheduler.now,
      onSeen: (told) => this.tell(told),
      couldBeAll: (position) => this.#couldBeAll(position),
    });
    this.postgres = new SimulatedPostgres(network, this.ledger);
    const redis = new SimulatedRedis(network, (told) => this.watch.violate('I7 store never regressed', told));
    this.redis = redis;
    const { postgres } = this;
    this.managers = [1, 2].map(
      (number) => new SimulatedManager(`manager-${number}`, { network, chance, postgres, redis }),
    );
    const managerFor = (host: string) => this.#managerNamed(host);
    this.bearers = [1, 2, 3].map(
      (number) => new SimulatedBearer(`bearer-${number}`, { network, chance, redis, managerFor }),
    );
    const serverFor = (host: string) => this.#serverFor(host);
    this.sdks = identities.map(
      (identity, place) => new SimulatedSdk(`sdk-${place + 1}`, identity, { network, chance, serverFor }),
    );
    scheduler.onSettled = () => this.#look();
  }

  /** Every machine. */
  get machines(): readonly Machine[] {
    const nodes = [...this.managers, ...this.bearers, ...this.sdks, this.postgres, this.redis];
    return nodes.map(({ machine }) => machine);
  }

  /** Starts everything, in the order of an installation, and waits until it runs. */
  async start(): Promise<void> {
    for (const manager of this.managers) manager.start();
    for (const bearer of this.bearers) bearer.start();
    await this.pass(2_000);
    for (const sdk of this.sdks) sdk.start();
    await this.pass(2_000);
  }

  /** One more SDK, behind a proxy that lets no stream through. */
  addPollingSdk(): void {
    const { network, chance } = this;
    const identity: SdkIdentity = { kind: 'client', key: clientKey, urls: ['http://proxy'], user: 1 };
    const serverFor = (host: string) => withoutStreams(this.#serverFor(host));
    const sdk = new SimulatedSdk('sdk-polling', identity, { network, chance, serverFor });
    this.sdks.push(sdk);
    sdk.start();
  }

  /** Cuts a bearer off from everything that it could learn from, or ends that. */
  isolate(bearer: Machine, isCut: boolean): void {
    for (const { machine } of [this.redis, ...this.managers]) {
      const weather = this.network.weather(bearer, machine);
      if (isCut) weather.isCut = true;
      else this.network.heal(weather);
    }
  }

  /** Lets time pass. */
  pass(durationMs: number): Promise<void> {
    return this.scheduler.pass(durationMs);
  }

  /** Writes a line of the trace, when somebody wants one. */
  tell(line: string): void {
    this.#trace?.(`${(this.scheduler.now / 1_000).toFixed(3).padStart(8)} ${line}`);
  }

  /** Somebody changes a flag, through any manager that is there; if none is, somebody has to come again. */
  write(): void {
    const { postgres } = this;
    void this.#manager()?.write(() => {
      postgres.commit({ content: changed(postgres.content, this.chance) });
      this.tell(`commit ${this.truth}`);
      const snapshot = postgres.snapshot(environmentId);
      return snapshot && new Map([[environmentId, snapshot]]);
    });
  }

  /** Somebody makes or revokes a key. */
  writeKeys(change: { readonly isRevoked?: boolean } = {}): void {
    const { postgres } = this;
    void this.#manager()?.write(() => {
      postgres.commit({ keys: { ...postgres.keys, others: postgres.keys.others + 1, ...change } });
      this.tell(`commit keys ${this.keysTruth}`);
      return undefined;
    });
  }

  /** Where the ruleset stands in the database. */
  get truth(): string {
    return this.#truthOf(environmentId);
  }

  /** Where the key registry stands in the database. */
  get keysTruth(): string {
    return this.#truthOf(keyRegistryDocument);
  }

  /** Whether some bearer will not touch what the database holds, because a process of its has died of it. */
  get isQuarantined(): boolean {
    return this.bearers.some(({ bearer }) => {
      const status = bearer?.status();
      const rejected = status?.environments.map((environment) => environment.rejected) ?? [];
      return rejected.includes(this.truth) || status?.keys.rejected === this.keysTruth;
    });
  }

  /** Asks every bearer for what it has served before. */
  async probe(): Promise<void> {
    for (const bearer of this.bearers) await this.watch.probe(bearer);
  }

  #truthOf(documentId: string): string {
    const snapshot = this.postgres.snapshot(documentId);
    return snapshot === undefined ? 'nothing' : wireText(snapshot);
  }

  #manager(): SimulatedManager | undefined {
    const there = this.managers.filter(({ machine }) => machine.state === 'up');
    return there.length === 0 ? undefined : this.chance.pick(there);
  }

  #managerNamed(host: string): HttpServer {
    const named = this.managers.find(({ machine }) => machine.name === host);
    if (named === undefined) throw new Error(`Cannot find ${host} in this world`);
    return named;
  }

  #serverFor(host: string): HttpServer {
    const named = this.bearers.find(({ machine }) => machine.name === host);
    if (named !== undefined) return named;
    // The balancer has noticed who is down, and cannot know who is frozen or behind.
    const there = this.bearers.filter(({ machine }) => machine.state !== 'down');
    return this.chance.pick(there.length === 0 ? this.bearers : there);
  }

  #couldBeAll(position: string): boolean {
    const since = this.scheduler.now - confirmationMsMax;
    return this.#sources.some((recent) => recent.hadAtMost(standingOf(position), since));
  }

  #look(): void {
    const [store, database] = this.#sources;
    store.see(this.redis.read(environmentId), this.scheduler.now);
    database.see(this.postgres.snapshot(environmentId), this.scheduler.now);
    for (const bearer of this.bearers) this.watch.lookAtBearer(bearer);
    for (const sdk of this.sdks) this.watch.lookAtSdk(sdk);
  }
}
