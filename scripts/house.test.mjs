import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const readJson = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const lockfile = readJson('package-lock.json');
const manifests = readJson('package.json')
  .workspaces.flatMap((pattern) =>
    pattern.endsWith('/*')
      ? readdirSync(join(root, pattern.slice(0, -2))).map((name) => join(pattern.slice(0, -2), name))
      : [pattern],
  )
  .map((folder) => join(folder, 'package.json'));

/** Licences that may stand beside MIT in what people install. */
const suitable =
  /^(MIT|ISC|BSD-2-Clause|BSD-3-Clause|0BSD|Apache-2\.0|BlueOak-1\.0\.0|CC0-1\.0|Unlicense|Python-2\.0|PostgreSQL)$/;

describe('the house', () => {
  it('names every version exactly', () => {
    for (const manifest of ['package.json', ...manifests]) {
      // A peer dependency is the application's own choice, so only that one names a range.
      const { dependencies = {}, devDependencies = {}, optionalDependencies = {} } = readJson(manifest);
      for (const [name, version] of Object.entries({
        ...dependencies,
        ...devDependencies,
        ...optionalDependencies,
      })) {
        expect(version, `${manifest}: ${name}`).toMatch(/^\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$/);
      }
    }
  });

  it('has a lockfile with a hash and without an address for every package', () => {
    for (const [path, entry] of Object.entries(lockfile.packages)) {
      // What is bundled lies in the package around it, whose hash covers it.
      if (!path.includes('node_modules/') || entry.link || entry.inBundle) continue;
      expect(entry.resolved, path).toBeUndefined();
      expect(entry.integrity, path).toMatch(/^sha512-/);
    }
  });

  it('locks the packages of every platform, or npm ci would refuse on the others', () => {
    const locked = new Set(Object.keys(lockfile.packages).map((path) => path.split('node_modules/').at(-1)));
    for (const [path, { optionalDependencies = {} }] of Object.entries(lockfile.packages)) {
      for (const name of Object.keys(optionalDependencies))
        expect(locked, `${path} wants ${name}`).toContain(name);
    }
  });

  it('has decided about every package that wants to run an install script', () => {
    const decided = Object.keys(readJson('package.json').allowScripts);
    for (const [path, entry] of Object.entries(lockfile.packages)) {
      if (entry.hasInstallScript)
        expect(decided).toContain(path.slice(path.lastIndexOf('node_modules/') + 13));
    }
  });

  it('installs nothing at run time whose licence does not suit MIT', () => {
    for (const path of installedAtRunTime()) expect(lockfile.packages[path].license, path).toMatch(suitable);
  });

  it('builds nothing into the dashboard whose licence does not suit MIT', () => {
    for (const name of Object.keys(readJson('dashboard/package.json').devDependencies)) {
      const { link, license } = lockfile.packages[locate('dashboard', name)];
      if (!link) expect(license, name).toMatch(name.startsWith('@fontsource') ? /^OFL-1\.1$/ : suitable);
    }
  });

  it('tells newcomers how it is started and how it is tested', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    for (const command of ['start', 'test']) {
      expect(readme).toMatch(new RegExp(`^npm ${command}$`, 'm'));
      expect(readJson('package.json').scripts).toHaveProperty(command);
    }
  });

  it('gives bearers nothing that could reach the database (S-41)', () => {
    const names = Object.keys(readJson('bearer/package.json').dependencies);
    expect(names.filter((name) => /^(pg|drizzle|better-auth|@fauna-flags\/manager)/.test(name))).toEqual([]);
    expect(readJson('bearer/package.json')).not.toHaveProperty('optionalDependencies');
  });

  it('brings no dependency to the browser', () => {
    for (const sdk of ['core', 'client', 'react']) {
      const names = Object.keys(readJson(`sdks/${sdk}/package.json`).dependencies ?? {});
      expect(names.filter((name) => !name.startsWith('@fauna-flags/'))).toEqual([]);
    }
  });
});

/**
 * The lockfile's paths of everything that a workspace depends on when it runs, and what that depends on in turn. The
 * lockfile's own marks do not tell: an optional peer of a dependency, which we have for development, loses its `dev`.
 */
function installedAtRunTime() {
  const found = new Set();
  const pending = manifests.map((manifest) => dirname(manifest));
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const { dependencies = {}, optionalDependencies = {} } = lockfile.packages[path];
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const place = locate(path, name);
      if (lockfile.packages[place].link || found.has(place)) continue;
      found.add(place);
      pending.push(place);
    }
  }
  return found;
}

/** Where a package of this name lies for the one at `path`: beside it, or in the nearest node_modules above. */
function locate(path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (lockfile.packages[place] !== undefined) return place;
    if (folder === '') throw new Error(`The lockfile has no ${name} for ${path}`);
  }
}
