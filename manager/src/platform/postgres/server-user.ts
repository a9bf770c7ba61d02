import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { chown, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readOrMakeSecretFile } from '../secret-file.ts';
import { StartError } from '../start-error.ts';

/**
 * Postgres refuses to run as root. Where Fauna runs as root the server runs as another account, and everything that it
 * touches must lie where this account may go.
 */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** The account that the embedded server must run as; `undefined`: the one we are. */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find((fields) => fields[0] === name);
    const uid = Number(account?.[2]);
    const gid = Number(account?.[3]);
    if (account !== undefined && uid > 0 && Number.isInteger(gid)) return { uid, gid };
  }
  throw new StartError(
    'Cannot start the embedded Postgres as root: the accounts "postgres" and "nobody" do not exist. ' +
      'Run Fauna as an ordinary user, or set DATABASE_URL',
  );
}

/** Whether the account may pass through every folder above `path`, and through `path` itself when it is a folder. */
export function canEnter(path: string, user: ServerUser): boolean {
  for (let current = path; ; current = dirname(current)) {
    try {
      const { mode, uid, gid } = statSync(current);
      const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
      if ((mode & bit) === 0) return false;
    } catch {
      // It does not exist yet: whoever makes it gives it to the account.
    }
    if (current === dirname(current)) return true;
  }
}

/** Where an account that cannot enter the data folder keeps its clusters, and the binaries that it may run. */
export const sharedFolder = '/var/lib/fauna';

/** In the data folder: which of the clusters elsewhere is its own. */
const folderFile = 'postgres-folder';

/**
 * The folder that the server may call its own: below the data folder where the account can go there, else below
 * /var/lib/fauna. Which one is written into the data folder, by a random name: whoever deletes the data folder, or clones
 * the project anew, begins anew and does not meet old data.
 */
export async function serverFolder(dataDir: string, user: ServerUser | undefined): Promise<string> {
  const folder =
    user === undefined || canEnter(dataDir, user)
      ? join(dataDir, 'postgres')
      : await readOrMakeSecretFile({
          directory: dataDir,
          name: folderFile,
          make: () => join(sharedFolder, randomBytes(6).toString('hex'), 'postgres'),
        });
  await mkdir(folder, { recursive: true, mode: 0o755 });
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  return folder;
}

/** The same folder where it has been made before; makes nothing, and answers `undefined` where nobody has. */
export async function knownServerFolder(
  dataDir: string,
  user: ServerUser | undefined,
): Promise<string | undefined> {
  if (user === undefined || canEnter(dataDir, user)) return join(dataDir, 'postgres');
  const place = await readFile(join(dataDir, folderFile), 'utf8').catch(() => '');
  return place === '' ? undefined : place;
}
