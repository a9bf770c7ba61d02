import { type DatabasePlace, databasePlaceIn } from '../config/database-place.ts';
import { readSettings, type SettingsSource } from '../config/settings.ts';
import {
  createDatabase,
  createPool,
  type Database,
  placeOfDatabase,
  schemaStateOf,
  workAsAppRole,
} from '../platform/database/index.ts';
import { holdDataFolder } from '../platform/postgres/data-folder-lock.ts';
import { startEmbeddedPostgres } from '../platform/postgres/embedded-postgres.ts';
import { embeddedStateOf } from '../platform/postgres/running-postgres.ts';
import { reasonOf } from '../platform/reason-of.ts';
import { StartError } from '../platform/start-error.ts';

/** The database of an installation, in the hands of a command. */
export interface OpenDatabase {
  readonly database: Database;
  /** Where it is, without user and password: for a person to recognise. */
  readonly place: string;
  /** Whether it is used as a role that cannot change the audit trail. */
  readonly isConfined: boolean;
  /** Gives everything back; a server that was started for the command is ended. */
  close(): Promise<void>;
}

/** A command asks one thing after the other. */
const connectionsMax = 2;
/** It may look through much, and nobody waits for it behind a request. */
const statementTimeoutMs = 60_000;

/**
 * Opens the database that `npm start` would use with the same settings, beside whatever runs on it: `DATABASE_URL`, else
 * the embedded server of `FAUNA_DATA_DIR`, which is found while Fauna runs and started while it does not. Nothing is made
 * or migrated.
 *
 * Throws `StartError` when there is no database, or not one of this version.
 */
export async function openDatabase({ environment, directory }: SettingsSource): Promise<OpenDatabase> {
  const { database } = readSettings(environment);
  const { url, end } = await findServer(databasePlaceIn(database, directory));
  try {
    const { hasAppRole } = await requireOurSchema(url);
    const pool = createPool({ url, connectionsMax, statementTimeoutMs });
    if (hasAppRole) workAsAppRole(pool);
    return {
      database: createDatabase(pool),
      place: placeOfDatabase(url),
      isConfined: hasAppRole,
      async close() {
        await pool.end();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Asked as the account itself, on a connection of its own: what comes after works as another role. */
async function requireOurSchema(url: string): Promise<{ readonly hasAppRole: boolean }> {
  const pool = createPool({ url, connectionsMax: 1 });
  const state = await schemaStateOf(pool)
    .catch((cause: unknown) => {
      throw new StartError(
        `Cannot use the database at ${placeOfDatabase(url)}: ${reasonOf(cause)}. Check DATABASE_URL`,
        { cause },
      );
    })
    .finally(() => pool.end());
  if (state.isCurrent) return state;
  const place = placeOfDatabase(url);
  if (state.isUnused) {
    throw new StartError(
      `Cannot use the database at ${place}: no Fauna has used it yet. Start the manager, which sets it up, or check DATABASE_URL`,
    );
  }
  const what = `Cannot use the database at ${place}: it was last used by another version of Fauna`;
  throw new StartError(
    state.isNewer
      ? `${what}, a newer one: run the command of that one`
      : `${what}. Start the manager of this version first, or run the command of that one`,
  );
}

interface Server {
  readonly url: string;
  /** Ends it if it was started here. */
  end(): Promise<void>;
}

async function findServer({ databaseUrl, dataDir }: DatabasePlace): Promise<Server> {
  if (databaseUrl !== undefined) return { url: databaseUrl, end: async () => {} };
  const found = await embeddedStateOf(dataDir);
  switch (found.state) {
    case 'running':
      return { url: found.url, end: async () => {} };
    case 'stopped':
      return startFor(dataDir);
    case 'absent':
      throw new StartError(
        `Cannot find a database: "${dataDir}" holds none. Set DATABASE_URL or FAUNA_DATA_DIR as for "npm start"`,
      );
  }
}

/** Held as a Fauna holds it: one that is started meanwhile must not find the server ended under it. */
async function startFor(dataDir: string): Promise<Server> {
  const server = await startEmbeddedPostgres({ dataDir });
  const lock = await holdDataFolder({ url: server.url, dataDir });
  return {
    url: server.url,
    async end() {
      await lock.release();
      await server.stop();
    },
  };
}
