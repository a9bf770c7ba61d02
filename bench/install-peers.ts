import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const manifests = ['package.json', 'package-lock.json'];
/** Where the manifests of each sort of peers lie; the servers are hundreds of packages that the engines need not wait for. */
const manifestFolders = { engines: 'peers/', servers: 'peers/servers/' } as const;
/** A registry that answers at all has sent these packages long before. */
const installTimeoutMs = 300_000;

/**
 * Installs the peers from their own lockfile into a cache folder outside the project, once for each lockfile, and gives
 * the folder. Outside, because peers are compared with, never depended on: nothing of them may reach our packages.
 */
export function installPeers(sort: keyof typeof manifestFolders = 'engines'): string {
  const source = fileURLToPath(new URL(manifestFolders[sort], import.meta.url));
  const hash = createHash('sha256');
  for (const name of manifests) hash.update(readFileSync(join(source, name)));
  const folder = join(cacheFolder(), `peers-${hash.digest('hex').slice(0, 12)}`);
  const stamp = join(folder, '.installed');
  if (existsSync(stamp)) return folder;
  console.log(`Installing the peers into ${folder} …`);
  mkdirSync(folder, { recursive: true });
  for (const name of manifests) copyFileSync(join(source, name), join(folder, name));
  const windows = process.platform === 'win32';
  const install = spawnSync(
    windows ? 'npm.cmd' : 'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund'],
    {
      cwd: folder,
      env: environmentOfOurOwn(),
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: windows,
      timeout: installTimeoutMs,
    },
  );
  if (install.status !== 0) {
    throw new Error(
      `Cannot install the peers: "npm ci" in ${folder} ended with ${install.status ?? 'a signal'}`,
    );
  }
  writeFileSync(stamp, '');
  return folder;
}

function cacheFolder(): string {
  const { FAUNA_BENCH_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (FAUNA_BENCH_CACHE) return FAUNA_BENCH_CACHE;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'fauna-bench');
  return join(XDG_CACHE_HOME || LOCALAPPDATA || join(homedir(), '.cache'), 'fauna-bench');
}

/** Under `npm run`, npm's own variables say which package it is in; a second npm must find that out by itself. */
function environmentOfOurOwn(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env);
  return Object.fromEntries(inherited.filter(([name]) => !/^npm_(package|lifecycle)_|^INIT_CWD$/.test(name)));
}
