import { randomBytes } from 'node:crypto';
import type { Snapshot } from '@fauna-flags/protocol';
import type { Redis } from 'ioredis';
import { RedisServer } from './redis-server.ts';
import { reservedPort } from './reserved-port.ts';

const patienceMs = 20_000;

/**
 * A real Redis Cluster of a test's own: three primaries with a third of the slots each, and a replica of the one that owns
 * the slot of our keys.
 */
export class RedisCluster {
  readonly password: string;
  readonly primaries: readonly RedisServer[];
  readonly replica: RedisServer;

  private constructor(password: string, nodes: readonly RedisServer[]) {
    const [first, second, third, replica] = nodes;
    if (!first || !second || !third || !replica) throw new Error('A cluster takes four nodes');
    this.password = password;
    this.primaries = [first, second, third];
    this.replica = replica;
  }

  static async start(): Promise<RedisCluster> {
    const password = randomBytes(16).toString('hex');
    const nodes = await Promise.all(
      Array.from({ length: 4 }, async () =>
        RedisServer.start({
          password,
          settings: [
            'cluster-enabled yes',
            'cluster-config-file nodes.conf',
            'cluster-node-timeout 1000',
            `cluster-port ${await reservedPort()}`,
            `masterauth ${password}`,
            'repl-diskless-sync-delay 0',
          ],
        }),
      ),
    );
    const cluster = new RedisCluster(password, nodes);
    await cluster.#join(nodes);
    return cluster;
  }

  /** Names two of the nodes, neither of which owns our slot. */
  get url(): string {
    const seeds = [this.primaries[0], this.primaries[2]].map((node) => `127.0.0.1:${node?.port}`);
    return `redis+cluster://:${this.password}@${seeds.join(',')}`;
  }

  /** The node that owned our slot when the cluster was made. */
  get owner(): RedisServer {
    const [, owner] = this.primaries;
    if (owner === undefined) throw new Error('A cluster has a second primary');
    return owner;
  }

  /** Asks the server that has our keys. */
  get client(): Redis {
    return this.owner.client;
  }

  /** Lays a snapshot down as a manager does, whatever lies there, and hints at it. */
  async publish(documentId: string, snapshot: Snapshot): Promise<void> {
    await this.owner.publish(documentId, snapshot);
  }

  async flush(): Promise<void> {
    await this.owner.client.flushall();
  }

  /** The same at every node. */
  async each(work: (node: RedisServer) => Promise<unknown>): Promise<void> {
    await Promise.all([...this.primaries, this.replica].map(work));
  }

  /**
   * Moves a slot that holds nothing, as an operator does, and waits until every node knows. Only a node that was importing
   * puts its claim above all earlier ones; without that, nodes that had heard of another owner would go on believing in it.
   */
  async moveSlot(slot: number, { from, to }: { from: RedisServer; to: RedisServer }): Promise<void> {
    const [source, target] = [await idOf(from), await idOf(to)];
    await to.client.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source);
    await from.client.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target);
    // The new owner first: then no moment comes at which nobody owns it.
    for (const node of [to, from]) await node.client.call('CLUSTER', 'SETSLOT', slot, 'NODE', target);
    await this.each((node) =>
      this.#until('every node to know who owns the slot', async () => {
        const ranges = (await node.client.call('CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
        return ranges.some(([first, last, [, port]]) => first <= slot && slot <= last && port === to.port);
      }),
    );
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.primaries, this.replica].map((node) => node.dispose()));
  }

  async #join(nodes: readonly RedisServer[]): Promise<void> {
    const [first] = this.primaries;
    const busPort = async (node: RedisServer) =>
      String(await node.client.config('GET', 'cluster-port')).split(',')[1];
    for (const node of nodes.filter((other) => other !== first))
      await first?.client.call('CLUSTER', 'MEET', '127.0.0.1', node.port, (await busPort(node)) ?? '');
    const ranges = [
      [0, 5_460],
      [5_461, 10_922],
      [10_923, 16_383],
    ];
    for (const [place, range] of ranges.entries())
      await this.primaries[place]?.client.call('CLUSTER', 'ADDSLOTSRANGE', ...range);
    await this.#until(
      'the nodes to know each other',
      async () => (await this.#lines(this.replica)).length === 4,
    );
    await this.replica.client.call('CLUSTER', 'REPLICATE', await idOf(this.owner));
    for (const node of nodes)
      await this.#until('the cluster to be whole', async () => {
        const [state, lines] = [await node.client.call('CLUSTER', 'INFO'), await this.#lines(node)];
        return (
          /cluster_state:ok/.test(String(state)) &&
          lines.filter((line) => /\bslave\b/.test(line)).length === 1
        );
      });
    await this.#until('the replica to follow', async () =>
      /master_link_status:up/.test(await this.replica.client.info('replication')),
    );
  }

  async #lines(node: RedisServer): Promise<readonly string[]> {
    const text = String(await node.client.call('CLUSTER', 'NODES'));
    return text.split('\n').filter((line) => line !== '' && !line.includes('handshake'));
  }

  async #until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const givesUpAt = Date.now() + patienceMs;
    while (!(await holds())) {
      if (Date.now() > givesUpAt) throw new Error(`Waited in vain for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function idOf(node: RedisServer): Promise<string> {
  return String(await node.client.call('CLUSTER', 'MYID'));
}
