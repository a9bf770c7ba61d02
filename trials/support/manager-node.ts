import { FaunaProcess } from '../../manager/test/support/fauna-process.ts';
import { ChaosProxy } from './chaos-proxy.ts';

/** A manager in a process of its own, with its link to Redis in the hands of a trial. */
export class ManagerNode {
  readonly fauna: FaunaProcess;
  readonly toRedis: ChaosProxy;

  private constructor(fauna: FaunaProcess, toRedis: ChaosProxy) {
    this.fauna = fauna;
    this.toRedis = toRedis;
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
    const toRedis = await ChaosProxy.open(redisPort);
    const fauna = await FaunaProcess.prepare({
      DATABASE_URL: databaseUrl,
      REDIS_URL: `redis://:${redisPassword}@127.0.0.1:${toRedis.port}`,
      ...environment,
    });
    return new ManagerNode(fauna, toRedis);
  }

  /** Stops it where it stands, as a machine that swaps or a hypervisor that migrates does. */
  freeze(): void {
    process.kill(this.fauna.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.fauna.pid, 'SIGCONT');
  }

  async dispose(): Promise<void> {
    await this.fauna.dispose();
    await this.toRedis.close();
  }
}
