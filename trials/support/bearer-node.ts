import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reservedPort } from '../../bearer/test/support/reserved-port.ts';
import { BearerProcess } from '../../manager/test/support/bearer-process.ts';
import { ChaosProxy } from './chaos-proxy.ts';

/** What `/readyz` of a bearer says, as far as trials read it. */
export interface BearerReadiness {
  readonly ready: boolean;
  readonly streams: number;
  readonly environments: readonly {
    readonly id: string;
    readonly position: string | null;
    readonly source: string;
    readonly staleSeconds: number | null;
    readonly rejected: string | null;
  }[];
}

/** A bearer that may die and come back on the same port, with all its links in the hands of a trial. */
export class BearerNode {
  readonly port: number;
  /** Where it keeps what it knows. */
  readonly dataDir: string;
  readonly toRedis: ChaosProxy;
  readonly toManager: ChaosProxy;
  /** Where SDKs reach it. */
  readonly front: ChaosProxy;
  readonly #environment: Readonly<Record<string, string>>;
  #process: BearerProcess | undefined;

  private constructor(parts: {
    readonly port: number;
    readonly dataDir: string;
    readonly toRedis: ChaosProxy;
    readonly toManager: ChaosProxy;
    readonly front: ChaosProxy;
    readonly environment: Readonly<Record<string, string>>;
  }) {
    this.port = parts.port;
    this.dataDir = parts.dataDir;
    this.toRedis = parts.toRedis;
    this.toManager = parts.toManager;
    this.front = parts.front;
    this.#environment = parts.environment;
  }

  /** Prepares it; nothing runs yet. */
  static async prepare({
    redisPort,
    redisPassword,
    managerPort,
    environment = {},
  }: {
    readonly redisPort: number;
    readonly redisPassword: string;
    readonly managerPort: number;
    readonly environment?: Readonly<Record<string, string>>;
  }): Promise<BearerNode> {
    const port = await reservedPort();
    const [toRedis, toManager, front] = await Promise.all([
      ChaosProxy.open(redisPort),
      ChaosProxy.open(managerPort),
      ChaosProxy.open(port),
    ]);
    const dataDir = await mkdtemp(join(tmpdir(), 'fauna-bearer-'));
    await chmod(dataDir, 0o700);
    return new BearerNode({
      port,
      dataDir,
      toRedis,
      toManager,
      front,
      environment: {
        PORT: String(port),
        REDIS_URL: `redis://:${redisPassword}@127.0.0.1:${toRedis.port}`,
        MANAGER_URL: `http://127.0.0.1:${toManager.port}`,
        FAUNA_DATA_DIR: dataDir,
        // One process, so that what is stopped, killed and measured is the bearer.
        FAUNA_WORKERS: '1',
        LOG_LEVEL: 'info',
        ...environment,
      },
    });
  }

  get process(): BearerProcess {
    if (this.#process === undefined) throw new Error('The bearer does not run');
    return this.#process;
  }

  /** Where it answers, with no proxy between. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Where SDKs are sent. */
  get frontUrl(): string {
    return `http://127.0.0.1:${this.front.port}`;
  }

  /** Starts it and waits until it listens; whether it is ready is another question. */
  async start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#process = new BearerProcess({ ...this.#environment, ...environment });
    await this.#process.untilListening();
    if (this.#process.hasEnded) throw new Error(`A bearer has ended at once:\n${this.#process.output}`);
  }

  async kill(): Promise<void> {
    await this.#process?.end('SIGKILL');
  }

  freeze(): void {
    process.kill(this.process.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.process.pid, 'SIGCONT');
  }

  /** What it says of itself; undefined while it does not answer. */
  async readiness(): Promise<BearerReadiness | undefined> {
    const response = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(10_000) }).catch(
      () => undefined,
    );
    return response && ((await response.json()) as BearerReadiness);
  }

  /** Where it stands with a document, as the wire writes it. */
  async position(environmentId: string): Promise<string | undefined> {
    const found = (await this.readiness())?.environments.find(({ id }) => id === environmentId);
    return found?.position ?? undefined;
  }

  /** Opens all its links. */
  heal(): void {
    for (const proxy of [this.toRedis, this.toManager, this.front]) {
      proxy.be('pass');
      proxy.setWeather({});
    }
  }

  async dispose(): Promise<void> {
    await this.kill();
    await Promise.all([this.toRedis.close(), this.toManager.close(), this.front.close()]);
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
