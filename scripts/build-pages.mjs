/*
 * What browsers load, the dashboard and the example, is built by Vite, and only when something that it is made of has
 * changed since the last time. Depends on nothing but Node, like the script that uses it.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * `made of` are files and folders whose content decides what comes out; `result` is the file that is there when the build
 * went through to its end.
 */
export const pages = [
  {
    name: 'dashboard',
    folder: 'dashboard',
    result: 'dashboard/build/200.html',
    madeOf: ['dashboard', 'sdks/core/src', 'sdks/protocol/src', 'package-lock.json'],
  },
  {
    name: 'example',
    folder: 'examples/checkout',
    result: 'examples/checkout/dist/web/.vite/manifest.json',
    madeOf: ['examples/checkout', 'sdks/core/src', 'sdks/client/src', 'sdks/react/src', 'package-lock.json'],
  },
];

/** What builds write themselves, and what never reaches a browser. */
const notASource = /^(node_modules|build|dist|test-results|\..*|.*\.test\.[a-z]+|.*\.md)$/;

/**
 * Builds what is out of date, side by side, and answers a sentence with the builders' own words when that cannot be done.
 * One process builds at a time; another one that comes meanwhile waits and then finds nothing left to do.
 */
export async function buildPages({ root, say = console.log, of = pages }) {
  const outdated = () => of.filter((page) => stampOf(root, page) !== builtStamp(root, page));
  if (outdated().length === 0) return {};
  const unlock = await lock(join(root, 'node_modules', '.fauna-building'));
  try {
    const todo = outdated();
    if (todo.length === 0) return {};
    say(`Building the ${todo.map(({ name }) => name).join(' and the ')} …`);
    const results = await Promise.all(todo.map((page) => build(root, page)));
    const failed = results.filter(({ problem }) => problem !== undefined);
    return failed.length === 0 ? {} : { problem: failed.map(({ problem }) => problem).join('\n') };
  } finally {
    unlock();
  }
}

async function build(root, page) {
  const stamp = stampOf(root, page);
  rmSync(stampFile(root, page), { force: true });
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  // A development build would be larger and slower, whatever the caller's environment says.
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: join(root, page.folder),
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      output += error.message;
      resolve(1);
    });
    child.on('exit', (exitCode) => resolve(exitCode ?? 1));
  });
  if (code !== 0 || !existsSync(join(root, page.result))) {
    return { problem: `Cannot build the ${page.name}: vite ended with ${code}\n${output}` };
  }
  writeFileSync(stampFile(root, page), stamp);
  return {};
}

function builtStamp(root, page) {
  if (!existsSync(join(root, page.result)) || !existsSync(stampFile(root, page))) return undefined;
  return readFileSync(stampFile(root, page), 'utf8');
}

function stampFile(root, { name }) {
  return join(root, 'node_modules', `.fauna-built-${name}`);
}

function stampOf(root, { madeOf }) {
  const hash = createHash('sha256');
  for (const file of madeOf.flatMap((path) => filesBelow(join(root, path)))) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesBelow(path) {
  if (!existsSync(path)) return [];
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch {
    return [path]; // A file.
  }
  return entries
    .filter(({ name }) => !notASource.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(join(path, entry.name)) : [join(path, entry.name)],
    );
}

/** Waits for whoever holds the file and still lives; answers what gives it back. */
async function lock(file) {
  const own = `${file}-${process.pid}`;
  for (;;) {
    try {
      // Linked and not written in place: whoever finds the file finds the whole of it.
      writeFileSync(own, String(process.pid));
      linkSync(own, file);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!isAlive(holderOf(file))) rmSync(file, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      rmSync(own, { force: true });
    }
  }
}

function holderOf(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0; // Given back meanwhile.
  }
}

function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
