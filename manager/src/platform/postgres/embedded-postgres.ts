/*
 * A real Postgres that needs no installation: the server from npm, run on a folder of ours.
 *
 * It outlives a `kill -9` of Fauna on purpose: nothing ties it to us, so the next start finds it running and goes on with
 * it, or finds what a crash left and lets Postgres recover. The other way round, a server that dies while Fauna runs is
 * started again on the same port, and every connection pool finds it there. It listens on loopback only, with a random
 * password that lies in a 0600 file beside the cluster.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { prepareCluster } from './cluster.ts';
import { adopt, databaseUrl, launch } from './launch.ts';
import { isPostgres, stopPostmaster } from './postmaster.ts';

/** A running embedded server. */
export interface EmbeddedPostgres {
  /** Connection string of the database `fauna`; holds the password. */
  readonly url: string;
  /** Where the cluster lies. */
  readonly folder: string;
  /** Ends the server and waits for it; calling it again does nothing. */
  stop(): Promise<void>;
}

/** How often a server is looked after, and so how long its death may go unseen. */
const watchMs = 500;
/** After a restart that failed: the disk may be full, and asking twice a second would fill the log too. */
const restartPauseMs = 5_000;

/**
 * Starts the server on `dataDir`, or goes on with one that still runs there. `settings` are Postgres's own, for tests
 * that can do without fsync; `onTrouble` hears of a server that died and of restarts that failed.
 *
 * Throws `StartError` when the folder cannot be used or the server does not come up.
 */
export async function startEmbeddedPostgres({
  dataDir,
  settings = {},
  onTrouble = () => undefined,
}: {
  readonly dataDir: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly onTrouble?: (message: string, error?: unknown) => void;
}): Promise<EmbeddedPostgres> {
  const cluster = await prepareCluster(dataDir);
  let server = (await adopt(cluster)) ?? (await launch({ cluster, settings }));
  await createDatabase(databaseUrl(server.port, cluster.password, 'postgres'));

  const ending = new AbortController();
  const watching = watchOver();
  let stopped: Promise<void> | undefined;
  return {
    url: databaseUrl(server.port, cluster.password, 'fauna'),
    folder: cluster.folder,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };

  async function stop(): Promise<void> {
    ending.abort();
    // A restart under way is waited for, or it would bring up what nobody ends.
    await watching;
    await stopPostmaster(server.pid);
  }

  async function watchOver(): Promise<void> {
    let pauseMs = watchMs;
    while (await pause(pauseMs, ending.signal)) {
      pauseMs = watchMs;
      if (isPostgres(server.pid)) continue;
      onTrouble('The embedded Postgres has died: starting it again');
      try {
        server = await launch({ cluster, settings, port: server.port });
      } catch (error) {
        onTrouble('Cannot start the embedded Postgres again: trying on', error);
        pauseMs = restartPauseMs;
      }
    }
  }
}

/** Waits; false when the end came first. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal, ref: false });
    return true;
  } catch {
    return false;
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
