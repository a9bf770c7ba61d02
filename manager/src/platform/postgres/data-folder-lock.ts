import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StartError } from '../start-error.ts';

/** Any number: whoever holds this advisory lock of an embedded server is its one and only Fauna. */
const folderLock = 7_210_331_905;

/** The sessions of a Fauna that was killed a moment ago end by themselves, but not at once. */
const patienceMs = 5_000;
const retryMs = 100;
/** After the server has died under the lock, until it is held on its successor. */
const renewMs = 500;

/**
 * Makes sure that one data folder serves one process. The lock lies in Postgres, so that it vanishes with the process that
 * holds it; a file would stay behind after a crash. When the server dies and is started again, the lock is taken again.
 *
 * Throws `StartError` when another Fauna holds it.
 */
export async function holdDataFolder({
  url,
  dataDir,
}: {
  readonly url: string;
  readonly dataDir: string;
}): Promise<{ release(): Promise<void> }> {
  let released = false;
  let holder: pg.Client | undefined;
  for (let waitedMs = 0; holder === undefined; waitedMs += retryMs) {
    holder = await tryToHold(url, renew);
    if (holder !== undefined) break;
    if (waitedMs >= patienceMs) {
      throw new StartError(
        `Cannot use "${dataDir}": another Fauna runs on it. Stop that one, or set FAUNA_DATA_DIR to a folder of its own`,
      );
    }
    await sleep(retryMs);
  }
  return {
    release: async () => {
      released = true;
      await holder?.end().catch(() => undefined); // It broke before: then the lock is gone already.
    },
  };

  async function renew(): Promise<void> {
    holder = undefined;
    while (!released && holder === undefined) {
      await sleep(renewMs, undefined, { ref: false });
      // A server that is still coming up refuses; it is asked again.
      if (!released) holder = await tryToHold(url, renew).catch(() => undefined);
    }
    if (released) await holder?.end().catch(() => undefined);
  }
}

/** One attempt on a connection of its own; `onLost` is called when a lock that was held is lost with its connection. */
async function tryToHold(url: string, onLost: () => Promise<void>): Promise<pg.Client | undefined> {
  const client = new pg.Client({
    connectionString: url,
    keepAlive: true,
    application_name: 'fauna-folder-lock',
  });
  let held = false;
  client.on('error', () => {
    if (!held) return;
    held = false;
    void onLost();
  });
  await client.connect();
  const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [
    folderLock,
  ]);
  held = rows[0]?.held === true;
  if (held) return client;
  await client.end();
  return undefined;
}
