import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StartError } from '../start-error.ts';

/** Any number: whoever holds this advisory lock of an embedded server is its one and only Fauna. */
const folderLock = 7_210_331_905;

/** The sessions of a Fauna that was killed a moment ago end by themselves, but not at once. */
const patienceMs = 5_000;

/**
 * Makes sure that one data folder serves one process. The lock lies in Postgres, so that it vanishes with the process that
 * holds it; a file would stay behind after a crash.
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
  const client = new pg.Client({
    connectionString: url,
    keepAlive: true,
    application_name: 'fauna-folder-lock',
  });
  client.on('error', () => undefined); // The server ended; with it the lock and the need for one.
  await client.connect();
  for (let waitedMs = 0; ; waitedMs += 100) {
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [
      folderLock,
    ]);
    if (rows[0]?.held === true) return { release: () => client.end() };
    if (waitedMs >= patienceMs) break;
    await sleep(100);
  }
  await client.end();
  throw new StartError(
    `Cannot use "${dataDir}": another Fauna runs on it. Stop that one, or set FAUNA_DATA_DIR to a folder of its own`,
  );
}
