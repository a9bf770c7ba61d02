import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { endWithUs } from '../../../bearer/test/support/end-with-us.ts';
import { reservedPort } from '../../../bearer/test/support/reserved-port.ts';
import { serverUser } from '../../src/platform/postgres/server-user.ts';
import { eventually } from './fauna-process.ts';

/** Where Debian and its like put each version of Postgres. */
const versionsFolder = '/usr/lib/postgresql';
const programs = ['initdb', 'postgres', 'pg_dump', 'pg_restore'];

/**
 * The programs of a Postgres that is installed here, server and tools of one version: the folder of `FAUNA_POSTGRES_BIN`,
 * else the newest below /usr/lib/postgresql. The server that npm installs comes without tools, and tools refuse a newer server.
 */
export function installedPostgres(): string | undefined {
  const named = process.env.FAUNA_POSTGRES_BIN;
  const versions = existsSync(versionsFolder) ? readdirSync(versionsFolder) : [];
  const found = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((each) => join(versionsFolder, each, 'bin'));
  return [...(named === undefined ? [] : [named]), ...found].find((folder) =>
    programs.every((program) => existsSync(join(folder, program))),
  );
}

/** A server of an installed Postgres, as a provider runs one: its owner is nobody that Fauna has to do with. */
export class InstalledPostgres {
  readonly #bin: string;
  readonly #folder: string;
  readonly #port: number;
  #child: ChildProcess | undefined;

  private constructor(bin: string, folder: string, port: number) {
    this.#bin = bin;
    this.#folder = folder;
    this.#port = port;
  }

  /** Makes a cluster and starts a server on it; its account `fauna` may make roles and databases, and is no superuser. */
  static async start(bin: string): Promise<InstalledPostgres> {
    const folder = await mkdtemp(join(tmpdir(), 'fauna-postgres-'));
    const user = serverUser();
    await chmod(folder, 0o755);
    if (user !== undefined) await chown(folder, user.uid, user.gid);
    const server = new InstalledPostgres(bin, folder, await reservedPort());
    await server.#run('initdb', ['-D', join(folder, 'cluster'), '-U', 'owner', '-A', 'trust', '-E', 'UTF8']);
    const settings = [
      `port=${server.#port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'fsync=off',
    ];
    server.#child = spawn(
      join(bin, 'postgres'),
      ['-D', join(folder, 'cluster'), ...settings.flatMap((setting) => ['-c', setting])],
      { ...user, cwd: folder, env: {}, stdio: 'ignore' },
    );
    endWithUs(server.#child);
    await eventually(
      () =>
        server.query('postgres', 'SELECT 1', 'owner').then(
          () => true,
          () => false,
        ),
      {
        what: 'an installed Postgres',
      },
    );
    await server.query(
      'postgres',
      "CREATE ROLE fauna LOGIN CREATEROLE CREATEDB PASSWORD 'kT9wVb2xQ'",
      'owner',
    );
    return server;
  }

  /** The connection string of a database, as the account `fauna`. */
  url(database: string, account = 'fauna'): string {
    return `postgres://${account}:kT9wVb2xQ@127.0.0.1:${this.#port}/${database}`;
  }

  /** Runs a statement in a database. */
  async query(database: string, statement: string, account = 'fauna'): Promise<pg.QueryResult> {
    const client = new pg.Client({ connectionString: this.url(database, account) });
    client.on('error', () => {});
    await client.connect();
    try {
      return await client.query(statement);
    } finally {
      await client.end();
    }
  }

  /** Writes a dump of a database into a file, and answers its name. */
  async dump(database: string): Promise<string> {
    const file = join(this.#folder, `${database}.dump`);
    await this.#run('pg_dump', ['--format=custom', `--file=${file}`, this.url(database)]);
    return file;
  }

  /** Puts a dump into a new database. */
  async restore(file: string, database: string): Promise<void> {
    await this.query('postgres', `CREATE DATABASE ${database}`);
    const options = ['--no-owner', '--no-acl', '--exit-on-error', '--single-transaction'];
    await this.#run('pg_restore', [...options, `--dbname=${this.url(database)}`, file]);
  }

  /** Ends the server and takes its data away. */
  async dispose(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGQUIT');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    await promisify(execFile)(join(this.#bin, program), [...args], {
      ...serverUser(),
      cwd: this.#folder,
      env: { LC_ALL: 'C' },
    });
  }
}
