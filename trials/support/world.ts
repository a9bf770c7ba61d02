import { randomBytes } from 'node:crypto';
import { RedisServer } from '../../bearer/test/support/redis-server.ts';
import { eventually } from '../../manager/test/support/fauna-process.ts';
import { BearerNode } from './bearer-node.ts';
import { ManagerNode } from './manager-node.ts';
import { Oracle } from './oracle.ts';
import { PostgresServer } from './postgres-server.ts';
import { Prober } from './prober.ts';

/** What a world is to hold. */
export interface WorldOptions {
  readonly managers?: number;
  readonly bearers?: number;
  readonly bearerEnvironment?: Readonly<Record<string, string>>;
}

/** A whole Fauna of real processes, every link of which can be broken: Postgres, Redis, managers, bearers, one project. */
export class World {
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  readonly managers: readonly ManagerNode[];
  readonly bearers: readonly BearerNode[];
  readonly oracle: Oracle;
  readonly #bearerToken: string;

  private constructor(parts: {
    readonly bearerToken: string;
    readonly postgres: PostgresServer;
    readonly redis: RedisServer;
    readonly managers: readonly ManagerNode[];
    readonly bearers: readonly BearerNode[];
    readonly oracle: Oracle;
  }) {
    this.postgres = parts.postgres;
    this.redis = parts.redis;
    this.managers = parts.managers;
    this.bearers = parts.bearers;
    this.oracle = parts.oracle;
    this.#bearerToken = parts.bearerToken;
  }

  /** Starts everything, and waits until every bearer serves the project of the oracle. */
  static async start({
    managers = 1,
    bearers = 1,
    bearerEnvironment = {},
  }: WorldOptions = {}): Promise<World> {
    const begun: { dispose(): Promise<void> }[] = [];
    const keep = <Part extends { dispose(): Promise<void> }>(part: Part): Part => {
      begun.push(part);
      return part;
    };
    try {
      const [postgres, redis] = await Promise.all([
        PostgresServer.start().then(keep),
        RedisServer.start().then(keep),
      ]);
      const shared = {
        FAUNA_SECRET: randomBytes(48).toString('base64url'),
        FAUNA_BEARER_TOKEN: randomBytes(32).toString('base64url'),
      };
      const store = { redisPort: redis.port, redisPassword: redis.password };
      const managerNodes: ManagerNode[] = [];
      for (let count = 0; count < managers; count += 1) {
        const environment = shared;
        managerNodes.push(
          keep(await ManagerNode.prepare({ ...store, databaseUrl: postgres.url, environment })),
        );
      }
      const [first, ...others] = managerNodes;
      if (first === undefined) throw new Error('Cannot make a world without a manager');
      await first.fauna.start();
      await Promise.all(others.map(({ fauna }) => fauna.start()));
      const oracle = await Oracle.begin(first.fauna);
      const bearerNodes: BearerNode[] = [];
      for (let count = 0; count < bearers; count += 1) {
        const environment = { FAUNA_BEARER_TOKEN: shared.FAUNA_BEARER_TOKEN, ...bearerEnvironment };
        bearerNodes.push(
          keep(await BearerNode.prepare({ ...store, managerPort: first.fauna.port, environment })),
        );
      }
      await Promise.all(bearerNodes.map((bearer) => bearer.start()));
      const world = new World({
        postgres,
        redis,
        managers: managerNodes,
        bearers: bearerNodes,
        oracle,
        bearerToken: shared.FAUNA_BEARER_TOKEN,
      });
      for (const bearer of bearerNodes) await world.untilServed(bearer);
      return world;
    } catch (error) {
      await disposeAll(begun);
      throw error;
    }
  }

  /** The n-th manager, from 0. */
  manager(at = 0): ManagerNode {
    return among(this.managers, at);
  }

  /** The n-th bearer, from 0. */
  bearer(at = 0): BearerNode {
    return among(this.bearers, at);
  }

  /** Prepares one more bearer, which whoever asks starts and puts away. */
  anotherBearer({
    redisPort = this.redis.port,
    environment = {},
  }: {
    readonly redisPort?: number;
    readonly environment?: Readonly<Record<string, string>>;
  } = {}): Promise<BearerNode> {
    return BearerNode.prepare({
      redisPort,
      redisPassword: this.redis.password,
      managerPort: this.manager().fauna.port,
      environment: { FAUNA_BEARER_TOKEN: this.#bearerToken, ...environment },
    });
  }

  /** Waits until a bearer answers with the last acknowledged value; answers how long that took. */
  async untilServed(bearer: BearerNode, patienceMs = 20_000): Promise<number> {
    const startMs = performance.now();
    const { acknowledged } = this.oracle;
    await eventually(async () => (await this.oracle.valueAt(bearer.url)) === acknowledged, {
      patienceMs,
      what: `${acknowledged} at the bearer on port ${bearer.port}`,
    });
    return performance.now() - startMs;
  }

  /** Asks bearers for evaluations, as applications do, until it is stopped. */
  probe(perSecond: number, bearers: readonly BearerNode[] = this.bearers): Prober {
    return new Prober({
      ports: bearers.map(({ port }) => port),
      key: this.oracle.clientKey,
      perSecond,
      judge: (body) => (body.includes('"counter"') ? undefined : `no flags in ${body.slice(0, 200)}`),
    });
  }

  /** Mends every link. */
  heal(): void {
    for (const bearer of this.bearers) bearer.heal();
    for (const manager of this.managers) manager.heal();
  }

  /** Ends everything, whatever state it is in. */
  async dispose(): Promise<void> {
    await disposeAll([this.postgres, this.redis, ...this.managers, ...this.bearers]);
  }
}

function among<Node>(nodes: readonly Node[], at: number): Node {
  const node = nodes[at];
  if (node === undefined) throw new Error(`This world has no number ${at}`);
  return node;
}

/** The newest first: whoever talks to others goes before them. */
async function disposeAll(parts: readonly { dispose(): Promise<void> }[]): Promise<void> {
  const failures: unknown[] = [];
  for (const part of parts.toReversed()) await part.dispose().catch((error) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, 'Cannot put a world away');
}
