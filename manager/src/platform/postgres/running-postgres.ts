import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseUrl } from './launch.ts';
import { readPostmaster } from './postmaster.ts';
import { knownServerFolder, serverUser } from './server-user.ts';

/** How the embedded server of a data folder does; `url` is the connection string of the database `fauna`, with the password. */
export type EmbeddedState =
  | { readonly state: 'absent' }
  | { readonly state: 'stopped' }
  | { readonly state: 'running'; readonly url: string };

/**
 * Looks for the embedded server of a data folder, and neither makes nor starts anything: whoever may read the folder may
 * work beside the Fauna that runs on it.
 */
export async function embeddedStateOf(dataDir: string): Promise<EmbeddedState> {
  const folder = await knownServerFolder(dataDir, serverUser());
  if (folder === undefined) return { state: 'absent' };
  const cluster = join(folder, 'cluster');
  if (!existsSync(cluster)) return { state: 'absent' };
  const postmaster = readPostmaster(cluster);
  if (postmaster === undefined) return { state: 'stopped' };
  const password = await readFile(join(folder, 'password'), 'utf8');
  return { state: 'running', url: databaseUrl(postmaster.port, password, 'fauna') };
}
