import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';
import { copyBinaries, findBinaries, type PostgresBinaries } from './binaries.ts';
import { serverEnvironment } from './server-environment.ts';
import { canEnter, type ServerUser, serverFolder, serverUser, sharedFolder } from './server-user.ts';

/** A cluster on disk, and what it takes to run a server on it. */
export interface Cluster {
  readonly binaries: PostgresBinaries;
  /** What the server may call its own: the cluster, its log. */
  readonly folder: string;
  /** Postgres's data directory. */
  readonly directory: string;
  /** The account that the server runs as, when it is not ours. */
  readonly user: ServerUser | undefined;
  /** Of the account `fauna`; random, kept in a 0600 file. */
  readonly password: string;
}

/**
 * Finds the cluster of a data folder, or makes it. It is made beside its place and renamed into it, so that a start that
 * was cut short leaves nothing that looks whole.
 *
 * Throws `StartError` when the folder cannot be used.
 */
export async function prepareCluster(dataDir: string): Promise<Cluster> {
  const place = await preparePlace(dataDir);
  const cluster = { ...place, password: await passwordOf(place) };
  if (!existsSync(cluster.directory)) await makeCluster(cluster);
  return cluster;
}

async function preparePlace(dataDir: string): Promise<Omit<Cluster, 'password'>> {
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
  return { binaries, folder, directory: join(folder, 'cluster'), user };
}

async function passwordOf({ folder }: { readonly folder: string }): Promise<string> {
  const file = join(folder, 'password');
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined && known !== '') return known;
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, password, { mode: 0o600 });
  return password;
}

async function makeCluster({ binaries, folder, directory, user, password }: Cluster): Promise<void> {
  const partial = `${directory}.partial`;
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
  await rename(partial, directory);
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
