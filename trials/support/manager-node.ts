import { FaunaProcess } from '../../manager/test/support/fauna-process.ts';
import { ChaosProxy } from './chaos-proxy.ts';

/** A manager in a process of its own, with its links to Postgres and Redis in the hands of a trial. */
export class ManagerNode {
  readonly fauna: FaunaProcess;
  readonly toPostgres: ChaosProxy;
  readonly toRedis: ChaosProxy;

  private constructor(fauna: FaunaProcess, links: Pick<ManagerNode, 'toPostgres' | 'toRedis'>) {
    this.fauna = fauna;
    this.toPostgres = links.toPostgres;
    this.toRedis = links.toRedis;
  }

  /** Prepares it; nothing runs yet. */
  static async prepare({
    databaseUrl,
    redisPort,
    redisPassword,
    environment,
  }: {
    readonly databaseUrl: string;
    readonly redisPort: number;
    readonly redisPassword: string;
    readonly environment: Readonly<Record<string, string>>;
  }): Promise<ManagerNode> {
    const database = new URL(databaseUrl);
    const toPostgres = await ChaosProxy.open(Number(database.port));
    database.port = String(toPostgres.port);
    const toRedis = await ChaosProxy.open(redisPort);
    const fauna = await FaunaProcess.prepare({
      DATABASE_URL: database.toString(),
      REDIS_URL: `redis://:${redisPassword}@127.0.0.1:${toRedis.port}`,
      ...environment,
    });
    return new ManagerNode(fauna, { toPostgres, toRedis });
  }

  /** Stops it where it stands, as a machine that swaps or a hypervisor that migrates does. */
  freeze(): void {
    process.kill(this.fauna.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.fauna.pid, 'SIGCONT');
  }

  /** Mends both links. */
  heal(): void {
    for (const link of [this.toPostgres, this.toRedis]) {
      link.be('pass');
      link.setWeather({});
    }
  }

  async dispose(): Promise<void> {
    await this.fauna.dispose();
    await this.toPostgres.close();
    await this.toRedis.close();
  }
}
