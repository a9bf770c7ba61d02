import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StartError } from '../start-error.ts';
import type { Cluster } from './cluster.ts';
import { freePort } from './free-port.ts';
import { findPostmaster, stopPostmaster } from './postmaster.ts';
import { serverEnvironment } from './server-environment.ts';

/** A server that answers. */
export interface Server {
  readonly pid: number;
  readonly port: number;
}

const startPatienceMs = 60_000;
/** How often a port that was free a moment ago may have been taken by somebody else. */
const lostPortsMax = 5;

/** Goes on with a server that an earlier Fauna left running. One that does not answer in time is ended. */
export async function adopt({ directory, password }: Cluster): Promise<Server | undefined> {
  const running = await findPostmaster(directory);
  if (running === undefined) return undefined;
  const url = databaseUrl(running.port, password, 'postgres');
  for (let waitedMs = 0; waitedMs < 15_000; waitedMs += 100) {
    if (await answers(url)) return running;
    if ((await findPostmaster(directory)) === undefined) return undefined;
    await sleep(100);
  }
  await stopPostmaster(running.pid);
  return undefined;
}

/** What a server is started with. */
export interface LaunchOptions {
  readonly cluster: Cluster;
  readonly settings: Readonly<Record<string, string>>;
  /** Where it must listen. */
  readonly port?: number;
  /** Names a port nobody listens on, where none is named; somebody may take it before the server does. */
  readonly choosePort?: () => Promise<number>;
}

/**
 * Starts a server and waits until it answers. Unless a port is named it gets a free one, and another where somebody was quicker.
 *
 * Throws `StartError` with the last lines of its log when it does not come up.
 */
export async function launch({ choosePort = freePort, port, ...options }: LaunchOptions): Promise<Server> {
  if (port !== undefined) return launchAt({ ...options, port });
  for (let lost = 0; ; lost += 1) {
    try {
      return await launchAt({ ...options, port: await choosePort() });
    } catch (error) {
      if (!(error instanceof PortTakenError) || lost === lostPortsMax) throw error;
    }
  }
}

class PortTakenError extends StartError {}

async function launchAt({
  cluster: { binaries, directory, folder, user, password },
  settings,
  port,
}: LaunchOptions & { readonly port: number }): Promise<Server> {
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
    ['-D', directory, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    // A process group of its own: Ctrl-C in the terminal is for us, and we end the server after our last write.
    { ...user, cwd: folder, env: serverEnvironment(), stdio: ['ignore', log, log], detached: true },
  );
  child.unref();
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (cause) =>
      reject(new StartError(`Cannot start the embedded Postgres: ${cause.message}`, { cause })),
    );
    child.once('exit', async (code) => {
      const written = await readFile(logFile, 'utf8').catch(() => '');
      const lines = written.trim().split('\n').slice(-5).join('\n');
      const Reason = /Address already in use/.test(written) ? PortTakenError : StartError;
      reject(
        new Reason(`Cannot start the embedded Postgres: it ended with ${code}. Its last words:\n${lines}`),
      );
    });
  });
  const url = databaseUrl(port, password, 'postgres');
  const waiting = new AbortController();
  await Promise.race([untilItAnswers(url, waiting.signal), failed]).finally(() => waiting.abort());
  failed.catch(() => undefined); // It ends one day, when we ask it to; nobody waits for that here.
  if (child.pid === undefined) throw new StartError('Cannot start the embedded Postgres: it has no process');
  return { pid: child.pid, port };
}

/** The connection string of a database of the embedded server; holds the password. */
export function databaseUrl(port: number, password: string, database: string): string {
  return `postgres://fauna:${password}@127.0.0.1:${port}/${database}`;
}

async function untilItAnswers(url: string, signal: AbortSignal): Promise<void> {
  for (let waitedMs = 0; waitedMs < startPatienceMs; waitedMs += 25) {
    if (signal.aborted || (await answers(url))) return;
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
