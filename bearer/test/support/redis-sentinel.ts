import type { Snapshot } from '@fauna-flags/protocol';
import type { Redis } from 'ioredis';
import { RedisServer } from './redis-server.ts';

const patienceMs = 20_000;
const primaryName = 'fauna-primary';

/** A real primary, its replica, and a sentinel that watches over them and has a password of its own. */
export class RedisSentinel {
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  readonly sentinel: RedisServer;

  private constructor(servers: {
    readonly primary: RedisServer;
    readonly replica: RedisServer;
    readonly sentinel: RedisServer;
  }) {
    this.primary = servers.primary;
    this.replica = servers.replica;
    this.sentinel = servers.sentinel;
  }

  static async start(): Promise<RedisSentinel> {
    const primary = await RedisServer.prepare();
    const { password } = primary;
    const login = `masterauth ${password}`;
    const replica = await RedisServer.prepare({
      password,
      settings: [login, `replicaof 127.0.0.1 ${primary.port}`, 'replica-announce-ip 127.0.0.1'],
    });
    const sentinel = await RedisServer.prepare({
      isSentinel: true,
      settings: [
        `sentinel monitor ${primaryName} 127.0.0.1 ${primary.port} 1`,
        `sentinel auth-pass ${primaryName} ${password}`,
        `sentinel down-after-milliseconds ${primaryName} 1000`,
        `sentinel failover-timeout ${primaryName} 3000`,
      ],
    });
    await primary.start();
    await primary.client.config('SET', 'masterauth', password);
    await primary.client.config('SET', 'repl-diskless-sync-delay', 0);
    await replica.start();
    await sentinel.start();
    const made = new RedisSentinel({ primary, replica, sentinel });
    await made.#until('the sentinel to know the replica', async () => {
      const replicas = await sentinel.client.call('SENTINEL', 'REPLICAS', primaryName);
      return (
        Array.isArray(replicas) && replicas.length === 1 && String(replicas).includes('master-link-status,ok')
      );
    });
    return made;
  }

  /** Names the sentinel, and one before it that is not there. */
  get url(): string {
    const sentinels = `127.0.0.1:1,127.0.0.1:${this.sentinel.port}`;
    const login = `:${this.primary.password}`;
    return `redis+sentinel://${login}@${sentinels}/${primaryName}?sentinelPassword=${this.sentinel.password}`;
  }

  /** Asks the server that has our keys. */
  get client(): Redis {
    return this.primary.client;
  }

  /** Lays a snapshot down as a manager does, whatever lies there, and hints at it. */
  async publish(documentId: string, snapshot: Snapshot): Promise<void> {
    await this.primary.publish(documentId, snapshot);
  }

  async flush(): Promise<void> {
    await this.primary.client.flushall();
  }

  /** Makes the replica the primary, while both live; resolves once the sentinel says so and the old one obeys. */
  async failover(): Promise<void> {
    await this.sentinel.client.call('SENTINEL', 'FAILOVER', primaryName);
    await this.#until('the failover', async () => {
      const [, port] = (await this.sentinel.client.call(
        'SENTINEL',
        'GET-MASTER-ADDR-BY-NAME',
        primaryName,
      )) as string[];
      return (
        Number(port) === this.replica.port && /role:slave/.test(await this.primary.client.info('replication'))
      );
    });
  }

  async dispose(): Promise<void> {
    await this.sentinel.dispose();
    await this.replica.dispose();
    await this.primary.dispose();
  }

  async #until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const givesUpAt = Date.now() + patienceMs;
    while (!(await holds().catch(() => false))) {
      if (Date.now() > givesUpAt) throw new Error(`Waited in vain for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
