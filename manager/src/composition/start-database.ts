import type { Logger } from 'pino';
import type { DatabasePlace } from '../config/database-place.ts';
import {
  createDatabase,
  createPool,
  type Database,
  migrate,
  placeOfDatabase,
  workAsAppRole,
} from '../platform/database/index.ts';
import { holdDataFolder } from '../platform/postgres/data-folder-lock.ts';
import { startEmbeddedPostgres } from '../platform/postgres/embedded-postgres.ts';
import { reasonOf } from '../platform/reason-of.ts';
import { StartError } from '../platform/start-error.ts';
import { type Endings, patienceMs } from './endings.ts';

const unconfined =
  'The account of DATABASE_URL may not make roles, so that Fauna works with all its rights: give it CREATEROLE once, or create the role fauna_app and grant it to the account. Until then the audit trail is protected by triggers alone';

interface Start {
  readonly place: DatabasePlace;
  readonly log: Logger;
  readonly endings: Endings;
}

/**
 * Opens the database that settings name, starting the embedded one where they name none, and brings its schema up to this
 * version. `dataFolder` is where the data lies, for the person who started it.
 *
 * Throws `StartError` when it cannot be used.
 */
export async function startDatabase(
  start: Start,
): Promise<{ readonly database: Database; readonly dataFolder: string }> {
  const { log, endings } = start;
  const { url, dataFolder } = await openPostgres(start);
  // Not the error itself: the pool hangs the whole connection on it.
  const tellBroken = (error: Error) => log.warn({ reason: reasonOf(error) }, 'A database connection broke');
  const pool = createPool({ url, onError: tellBroken });
  endings.add({ of: 'the connections to the database', end: () => pool.end(), patienceMs });
  const { hasAppRole } = await migrate(pool).catch((cause: Error) => {
    throw new StartError(
      `Cannot use the database at ${placeOfDatabase(url)}: ${reasonOf(cause)}. Check DATABASE_URL`,
      { cause },
    );
  });
  if (hasAppRole) workAsAppRole(pool);
  else log.warn(unconfined);
  return { database: createDatabase(pool), dataFolder };
}

async function openPostgres({
  place: { databaseUrl, dataDir },
  log,
  endings,
}: Start): Promise<{ readonly url: string; readonly dataFolder: string }> {
  if (databaseUrl !== undefined) return { url: databaseUrl, dataFolder: dataDir };
  const server = await startEmbeddedPostgres({
    dataDir,
    onTrouble: (message, err) => log.warn({ err }, message),
  });
  const lock = await holdDataFolder({ url: server.url, dataDir });
  // Only whoever holds the folder may end its server; a second Fauna has not come this far.
  endings.add({ of: 'the embedded Postgres', end: () => server.stop() });
  endings.add({ of: 'the hold on the data folder', end: () => lock.release(), patienceMs });
  return { url: server.url, dataFolder: server.folder };
}
