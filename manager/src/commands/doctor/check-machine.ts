import { access, constants, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Finding, fail, ok, warn } from './finding.ts';

/** Below this Postgres and copies of rulesets are about to fail. */
const freeMin = { warn: 1024 ** 3, fail: 100 * 1024 ** 2 };

/** What runs Fauna: the version of Node, as `package.json` wants it. */
export function checkNode(version: string = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    return fail('node', `Node ${version}: Fauna needs 20.19 or newer`);
  return major < 22
    ? warn('node', `Node ${version}: it gets no security fixes any more, use 24`)
    : ok('node', `Node ${version}`);
}

/** The folder for everything on disk: whether it can be written to, who can read its secrets, and how much room is left. */
export async function checkFolder(dataDir: string): Promise<readonly Finding[]> {
  const reason = await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  );
  if (reason === 'ENOENT')
    return [warn('data folder', `"${dataDir}" does not exist yet: the first start makes it`)];
  if (reason !== undefined)
    return [
      fail('data folder', `"${dataDir}" cannot be used (${reason}): give it to the account that runs Fauna`),
    ];
  const { bavail, bsize } = await statfs(dataDir);
  const free = bavail * bsize;
  const room = `${(free / 1024 ** 3).toFixed(1)} GiB free in "${dataDir}"`;
  const judge = free < freeMin.fail ? fail : free < freeMin.warn ? warn : ok;
  return [
    judge('disk', free < freeMin.warn ? `${room}: make room before writes fail` : room),
    await checkSecrets(dataDir),
  ];
}

async function checkSecrets(dataDir: string): Promise<Finding> {
  const open: string[] = [];
  for (const name of ['secret', 'admin-token']) {
    const mode = await stat(join(dataDir, name)).then(
      (found) => found.mode,
      () => 0,
    );
    if ((mode & 0o077) !== 0) open.push(join(dataDir, name));
  }
  return open.length === 0
    ? ok('secrets on disk', 'only the account that runs Fauna can read them')
    : fail('secrets on disk', `others can read ${open.join(' and ')}: chmod 600, and make new ones`);
}
