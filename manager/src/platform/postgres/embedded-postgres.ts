/*
 * A real Postgres that needs no installation: the server from npm, run on a folder of ours.
 *
 * It outlives a `kill -9` of Fauna on purpose: nothing ties it to us, so the next start finds it running and goes on with
 * it, or finds what a crash left and lets Postgres recover. A cluster is made beside its place and renamed into it, so a
 * start that was cut short leaves nothing that looks whole. It listens on loopback only, with a random password that lies
 * in a 0600 file beside the cluster.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, openSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StartError } from '../start-error.ts';
import { copyBinaries, findBinaries, type PostgresBinaries } from './binaries.ts';
import { findPostmaster, stopPostmaster } from './postmaster.ts';
import { canEnter, type ServerUser, serverFolder, serverUser, sharedFolder } from './server-user.ts';

/** A running embedded server. */
export interface EmbeddedPostgres {
  /** Connection string of the database `fauna`; holds the password. */
  readonly url: string;
  /** Where the cluster lies. */
  readonly folder: string;
  /** Ends the server and waits for it; calling it again does nothing. */
  stop(): Promise<void>;
}

interface Place {
  readonly binaries: PostgresBinaries;
  readonly folder: string;
  readonly cluster: string;
  readonly user: ServerUser | undefined;
}

const startPatienceMs = 60_000;

/**
 * Starts the server on `dataDir`, or goes on with one that still runs there. `settings` are Postgres's own, for tests
 * that can do without fsync.
 *
 * Throws `StartError` when the folder cannot be used or the server does not come up; the last lines of its log are in the
 * message.
 */
export async function startEmbeddedPostgres({
  dataDir,
  settings = {},
}: {
  readonly dataDir: string;
  readonly settings?: Readonly<Record<string, string>>;
}): Promise<EmbeddedPostgres> {
  const place = await preparePlace(dataDir);
  const password = await passwordOf(place);
  if (!existsSync(place.cluster)) await makeCluster(place, password);
  const server = (await adopt(place, password)) ?? (await launch(place, password, settings));
  await createDatabase(server.url);
  let stopped: Promise<void> | undefined;
  return {
    url: databaseUrl(server.port, password, 'fauna'),
    folder: place.folder,
    stop: () => {
      stopped ??= stopPostmaster(server.pid);
      return stopped;
    },
  };
}

interface Server {
  readonly pid: number;
  readonly port: number;
  readonly url: string;
}

async function preparePlace(dataDir: string): Promise<Place> {
  const user = serverUser();
  let folder: string;
  try {
    folder = await serverFolder(dataDir, user);
  } catch (cause) {
    throw new StartError(
      `Cannot keep data in "${dataDir}": ${(cause as Error).message}. Set FAUNA_DATA_DIR to a folder that this account may write to`,
      { cause },
    );
  }
  const installed = await findBinaries();
  const binaries =
    user === undefined || canEnter(installed.root, user)
      ? installed
      : await copyBinaries(installed, join(sharedFolder, `postgres-${installed.version}`));
  return { binaries, folder, cluster: join(folder, 'cluster'), user };
}

async function passwordOf({ folder }: Place): Promise<string> {
  const file = join(folder, 'password');
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined && known !== '') return known;
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, password, { mode: 0o600 });
  return password;
}

async function makeCluster({ binaries, folder, cluster, user }: Place, password: string): Promise<void> {
  const partial = `${cluster}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { mode: 0o700 });
  const passwordFile = join(folder, 'password.initdb');
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== undefined) {
    await chown(partial, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
  }
  const options = [
    ['-D', partial],
    ['-U', 'fauna'],
    ['--encoding', 'UTF8'],
    ['--locale', 'C'],
    ['--auth', 'scram-sha-256'],
    ['--pwfile', passwordFile],
  ].flat();
  try {
    await runToEnd(spawn(binaries.initdb, options, { ...user, cwd: folder, env: serverEnvironment() }));
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(partial, cluster);
}

/** Goes on with a server that an earlier Fauna left running. One that does not answer in time is ended. */
async function adopt({ cluster }: Place, password: string): Promise<Server | undefined> {
  const running = await findPostmaster(cluster);
  if (running === undefined) return undefined;
  const url = databaseUrl(running.port, password, 'postgres');
  for (let waitedMs = 0; waitedMs < 15_000; waitedMs += 100) {
    if (await answers(url)) return { pid: running.pid, port: running.port, url };
    if ((await findPostmaster(cluster)) === undefined) return undefined;
    await sleep(100);
  }
  await stopPostmaster(running.pid);
  return undefined;
}

async function launch(
  { binaries, cluster, folder, user }: Place,
  password: string,
  settings: Readonly<Record<string, string>>,
): Promise<Server> {
  const port = await freePort();
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '60',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...settings,
  };
  const logFile = join(folder, 'postgres.log');
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(
    binaries.postgres,
    ['-D', cluster, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    // A process group of its own: Ctrl-C in the terminal is for us, and we end the server after our last write.
    { ...user, cwd: folder, env: serverEnvironment(), stdio: ['ignore', log, log], detached: true },
  );
  child.unref();
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (cause) =>
      reject(new StartError(`Cannot start the embedded Postgres: ${cause.message}`, { cause })),
    );
    child.once('exit', async (code) => {
      const lines = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n').slice(-5).join('\n');
      reject(
        new StartError(
          `Cannot start the embedded Postgres: it ended with ${code}. Its last words:\n${lines}`,
        ),
      );
    });
  });
  const url = databaseUrl(port, password, 'postgres');
  await Promise.race([untilItAnswers(url), failed]);
  failed.catch(() => undefined); // It ends one day, when we ask it to; nobody waits for that here.
  if (child.pid === undefined) throw new StartError('Cannot start the embedded Postgres: it has no process');
  return { pid: child.pid, port, url };
}

async function untilItAnswers(url: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < startPatienceMs; waitedMs += 25) {
    if (await answers(url)) return;
    await sleep(25);
  }
  throw new StartError(
    `Cannot reach the embedded Postgres: it did not answer within ${startPatienceMs / 1000} s`,
  );
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined); // A server that ends under the question is simply one that does not answer.
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = 'fauna'");
    if (found.rowCount === 0) await client.query('CREATE DATABASE fauna');
  } finally {
    await client.end();
  }
}

function databaseUrl(port: number, password: string, database: string): string {
  return `postgres://fauna:${password}@127.0.0.1:${port}/${database}`;
}

/** Only what a server needs: PG* variables of the caller would change what initdb and postgres do. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR'];
  const kept = names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('Cannot find a free port'));
        else resolve(address.port);
      });
    });
  });
}

function runToEnd(child: ChildProcess): Promise<void> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new StartError(`Cannot make the database: ${cause.message}`, { cause })),
    );
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new StartError(`Cannot make the database: initdb ended with ${code}\n${output.trim()}`));
    });
  });
}
