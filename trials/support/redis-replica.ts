import { RedisServer } from '../../bearer/test/support/redis-server.ts';
import { eventually } from '../../manager/test/support/fauna-process.ts';
import { ChaosProxy } from './chaos-proxy.ts';

/** A real replica, whose link to its primary can be broken, so that it lags when it is promoted. */
export class RedisReplica {
  readonly server: RedisServer;
  readonly toPrimary: ChaosProxy;

  private constructor(server: RedisServer, toPrimary: ChaosProxy) {
    this.server = server;
    this.toPrimary = toPrimary;
  }

  /** Starts it, and waits until it has all that the primary has. */
  static async of(primary: RedisServer): Promise<RedisReplica> {
    const toPrimary = await ChaosProxy.open(primary.port);
    const server = await RedisServer.start({
      password: primary.password,
      settings: [
        `replicaof 127.0.0.1 ${toPrimary.port}`,
        `masterauth ${primary.password}`,
        'repl-diskless-sync-delay 0',
      ],
    });
    const replica = new RedisReplica(server, toPrimary);
    await eventually(
      async () => (await server.client.info('replication')).includes('master_link_status:up'),
      {
        what: 'a replica that is in line',
      },
    );
    return replica;
  }

  /** Makes a primary of it, with what it has got. */
  async promote(): Promise<void> {
    await this.server.client.replicaof('NO', 'ONE');
  }

  async dispose(): Promise<void> {
    await this.server.dispose();
    await this.toPrimary.close();
  }
}
