import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { atOurEnd } from '../../bearer/test/support/end-with-us.ts';
import { type Cluster, prepareCluster } from '../../manager/src/platform/postgres/cluster.ts';
import { databaseUrl, launch, type Server } from '../../manager/src/platform/postgres/launch.ts';
import { stopPostmaster } from '../../manager/src/platform/postgres/postmaster.ts';

/** A real Postgres of a trial's own, in a folder of its own, that can lose its power and its newest commits. */
export class PostgresServer {
  readonly #folder: string;
  readonly #cluster: Cluster;
  #server: Server;
  #callOff: () => void;

  private constructor(folder: string, cluster: Cluster, server: Server) {
    this.#folder = folder;
    this.#cluster = cluster;
    this.#server = server;
    this.#callOff = endsWithUs(server);
  }

  static async start(): Promise<PostgresServer> {
    const folder = await mkdtemp(join(tmpdir(), 'fauna-postgres-'));
    await chmod(folder, 0o755); // As root the server runs as another account, which must be able to enter.
    const cluster = await prepareCluster(folder);
    const server = await launch({ cluster, settings });
    const started = new PostgresServer(folder, cluster, server);
    await started.query('CREATE DATABASE fauna', 'postgres');
    return started;
  }

  get url(): string {
    return databaseUrl(this.#server.port, this.#cluster.password, 'fauna');
  }

  get port(): number {
    return this.#server.port;
  }

  /** Runs one statement on a connection of its own. */
  async query<Row extends pg.QueryResultRow>(text: string, database = 'fauna'): Promise<readonly Row[]> {
    const client = new pg.Client({
      connectionString: databaseUrl(this.#server.port, this.#cluster.password, database),
      connectionTimeoutMillis: 5_000,
    });
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** Starts again, on the same port. */
  async start(): Promise<void> {
    this.#server = await launch({ cluster: this.#cluster, settings, port: this.#server.port });
    this.#callOff = endsWithUs(this.#server);
  }

  /** Ends it in good order: open transactions are rolled back, the rest is on disk. */
  async stop(): Promise<void> {
    this.#callOff();
    await stopPostmaster(this.#server.pid);
  }

  /** Takes its power away. */
  async kill(): Promise<void> {
    this.#callOff();
    process.kill(this.#server.pid, 'SIGKILL');
    // Its children notice by themselves, and hold the memory that the next server wants until they have.
    await stopPostmaster(this.#server.pid);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }

  /** Makes a base backup of this moment; the server is down meanwhile. */
  async backUp(): Promise<void> {
    await this.stop();
    await rm(this.#backup, { recursive: true, force: true });
    copyFolder(this.#cluster.directory, this.#backup);
    await this.start();
  }

  /** Loses every commit since the backup, and runs again on the same port. */
  async restore(): Promise<void> {
    if (!existsSync(this.#backup)) throw new Error('Cannot restore Postgres: there is no backup');
    await this.kill();
    await rm(this.#cluster.directory, { recursive: true, force: true });
    copyFolder(this.#backup, this.#cluster.directory);
    await this.start();
  }

  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #backup(): string {
    return `${this.#cluster.directory}.backup`;
  }
}

/** Commits must survive a `kill -9` of the server, not of the machine, so the disk need not be waited for. */
const settings = { fsync: 'off', max_connections: '100' };

function endsWithUs({ pid }: Server): () => void {
  return atOurEnd(() => {
    try {
      process.kill(pid, 'SIGQUIT');
    } catch {
      // It has ended before us.
    }
  });
}

/** With owners, modes and times: the server reads nothing that is not its own. */
function copyFolder(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Cannot copy ${from}: ${stderr}`);
}
