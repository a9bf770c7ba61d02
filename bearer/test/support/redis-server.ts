import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Snapshot, storeKeys } from '@fauna-flags/protocol';
import { Redis } from 'ioredis';
import { endWithUs } from './end-with-us.ts';
import { reservedPort } from './reserved-port.ts';

const startPatienceMs = 10_000;

/** What a server is told besides. */
export interface RedisServerOptions {
  /** Lines of its configuration file. */
  readonly settings?: readonly string[];
  /** The same for servers that must talk to each other. */
  readonly password?: string;
  /** Watches over others instead of keeping anything. */
  readonly isSentinel?: boolean;
}

/** A real redis-server of a test's own: with a password, on a free port, keeping nothing on disk. */
export class RedisServer {
  readonly port: number;
  readonly password: string;
  readonly #options: RedisServerOptions;
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #client: Redis | undefined;

  private constructor(port: number, folder: string, options: RedisServerOptions) {
    this.port = port;
    this.password = options.password ?? randomBytes(16).toString('hex');
    this.#folder = folder;
    this.#options = options;
  }

  static async start(options?: RedisServerOptions): Promise<RedisServer> {
    const server = await RedisServer.prepare(options);
    await server.start();
    return server;
  }

  /** Picks a port; nothing runs yet. */
  static async prepare(options: RedisServerOptions = {}): Promise<RedisServer> {
    return new RedisServer(await reservedPort(), await mkdtemp(join(tmpdir(), 'fauna-redis-')), options);
  }

  get url(): string {
    return `redis://:${this.password}@127.0.0.1:${this.port}`;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('Redis does not run');
    return this.#child.pid;
  }

  /** Starts empty, also after a kill. */
  async start(): Promise<void> {
    const file = join(this.#folder, 'redis.conf');
    const settings = [
      `port ${this.port}`,
      'bind 127.0.0.1',
      `requirepass ${this.password}`,
      `dir ${this.#folder}`,
      'save ""',
      'appendonly no',
      'loglevel warning',
      ...(this.#options.settings ?? []),
    ];
    await writeFile(file, `${settings.join('\n')}\n`, { mode: 0o600 });
    const child = spawn(
      process.env.FAUNA_REDIS_SERVER || 'redis-server',
      [file, ...(this.#options.isSentinel === true ? ['--sentinel'] : [])],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk));
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk));
    child.on('error', (error) => (output += error.message));
    this.#child = child;
    endWithUs(child);
    const givesUpAt = Date.now() + startPatienceMs;
    while (!(await this.#answers())) {
      if (child.exitCode !== null || Date.now() > givesUpAt)
        throw new Error(`Cannot start redis-server: ${output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends the process as a crash would; nothing of what was stored survives. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#client?.disconnect();
    this.#client = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** A client for what a test does by hand. */
  get client(): Redis {
    if (this.#client === undefined) {
      this.#client = new Redis(this.url, { disableClientInfo: true });
      this.#client.on('error', () => {}); // Whoever asks hears of it; a server that a test has ended is no news.
    }
    return this.#client;
  }

  /** Lays a snapshot down as a manager does, whatever lies there, and hints at it. */
  async publish(documentId: string, { epoch, version, hash, payload, signature }: Snapshot): Promise<void> {
    await this.client
      .multi()
      .hdel(storeKeys.snapshot(documentId), 's')
      .hset(storeKeys.snapshot(documentId), {
        e: epoch,
        v: version,
        h: hash,
        payload: Buffer.from(payload),
        ts: 0,
        ...(signature === undefined ? {} : { s: signature }),
      })
      .hset(storeKeys.positions, documentId, `${epoch}-${version}-${hash}`)
      .publish(storeKeys.hints, `${documentId} ${epoch} ${version} ${hash.slice(0, 8)}`)
      .exec();
  }

  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #answers(): Promise<boolean> {
    const probe = new Redis(this.url, { lazyConnect: true, retryStrategy: () => null });
    probe.on('error', () => {}); // Not up yet is an answer, too.
    try {
      await probe.connect();
      return (await probe.ping()) === 'PONG';
    } catch {
      return false;
    } finally {
      probe.disconnect();
    }
  }
}
