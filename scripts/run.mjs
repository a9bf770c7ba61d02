#!/usr/bin/env node
/*
 * The one script behind `npm start`, `npm test` and the rest. It depends on nothing but Node, because it is what installs
 * everything else: it brings node_modules in line with the lockfile when they differ, then runs the command.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPages } from './build-pages.mjs';
import { denoArguments, denoBinary } from './deno.mjs';
import {
  bearerProgram,
  managerProgram,
  operatorPrograms,
  packForChildren,
  packPrograms,
  testPrograms,
} from './pack-programs.mjs';
import { meetRequirements, testRequirements } from './requirements.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const source = ['--conditions=@fauna-flags/source', '--import', 'tsx'];

/**
 * Each command is a list of processes that run one after the other, in a folder below the root where a third member names
 * one; the first that fails ends it.
 */
const commands = {
  start: (args, packed) => [[process.execPath, [packed[managerProgram], ...args]]],
  bearer: (args, packed) => [[process.execPath, [packed[bearerProgram], ...args]]],
  'bearer:deno': (args) => [[denoBinary(), [...denoArguments(process.env), ...args]]],
  ...Object.fromEntries(
    Object.entries(operatorPrograms).map(([name, program]) => [
      name,
      (args, packed) => [[process.execPath, [packed[program], ...args]]],
    ]),
  ),
  test: (args) => [[bin('vitest'), ['run', ...args]]],
  check: () => [
    [bin('biome'), ['ci', '.']],
    [bin('tsc'), ['-b', 'tsconfig.json']],
    [bin('tsc'), ['-p', 'tsconfig.test.json']],
    [bin('svelte-kit'), ['sync'], 'dashboard'],
    [bin('svelte-check'), ['--fail-on-warnings'], 'dashboard'],
    [
      bin('depcruise'),
      [
        '--config',
        '.dependency-cruiser.js',
        ...['sdks', 'bearer', 'manager', 'dashboard/src', 'examples', 'bench', 'compat', 'trials'],
      ],
    ],
    [bin('knip'), []],
  ],
  format: () => [[bin('biome'), ['check', '--write', '.']]],
  build: () => [[bin('tsc'), ['-b', 'tsconfig.json']]],
  bench: (args) => [[process.execPath, [...source, 'bench/index.ts', ...args]]],
  fuzz: (args) => [[process.execPath, [...source, 'trials/fuzz/index.ts', ...args]]],
  chaos: (args) => [[process.execPath, [...source, 'trials/chaos/index.ts', ...args]]],
  simulate: (args) => [[process.execPath, [...source, 'trials/simulation/index.ts', ...args]]],
};

/** What is packed before a command: what it runs, or what tests and benchmarks start. */
const programsOf = {
  start: [managerProgram],
  bearer: [bearerProgram],
  ...Object.fromEntries(Object.entries(operatorPrograms).map(([name, program]) => [name, [program]])),
  test: testPrograms,
  bench: [...testPrograms, 'bench/index.ts'],
  fuzz: testPrograms,
  chaos: testPrograms,
};

const [name, ...args] = process.argv.slice(2);
const command = commands[name];
if (command === undefined)
  stop(`Cannot run "${name ?? ''}": the commands are ${Object.keys(commands).join(', ')}`);
requireNode();
installFromLockfile();
if (['test', 'fuzz', 'chaos'].includes(name)) findWhatTestsNeed();
if (['start', 'test', 'build'].includes(name)) await bringPagesUpToDate();
const packed = await pack(programsOf[name] ?? []);
process.exitCode = await runAll(command(args, packed));

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    stop(`Cannot run Fauna on Node ${process.versions.node}: it needs Node 20.19 or newer`);
  }
}

/** Installs when what lies in node_modules was not made from this lockfile by this Node on this platform. */
function installFromLockfile() {
  const stampFile = join(root, 'node_modules', '.fauna-installed');
  const stamp = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(`${process.versions.modules} ${process.platform} ${process.arch}`)
    .digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  console.log('Installing what the lockfile names …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const install = spawnSync(npm, ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (install.status !== 0) {
    stop(
      `Cannot install the packages that Fauna needs: "npm ci" ended with ${install.status ?? install.error?.message}`,
    );
  }
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
}

function findWhatTestsNeed() {
  const { problem, found } = meetRequirements(testRequirements, { environment: process.env });
  if (problem !== undefined) stop(problem);
  Object.assign(process.env, found);
}

async function bringPagesUpToDate() {
  const { problem } = await buildPages({ root });
  if (problem !== undefined) stop(problem);
}

async function pack(programs) {
  try {
    if (['start', 'bearer', ...Object.keys(operatorPrograms)].includes(name))
      return await packPrograms({ root, programs });
    if (programs.length > 0) await packForChildren({ root, programs });
    return {};
  } catch (error) {
    return stop(`Cannot pack our programs: ${error.message}`);
  }
}

async function runAll(processes) {
  for (const [file, processArgs, folder = '.'] of processes) {
    const code = await run(file, processArgs, folder);
    if (code !== 0) return code;
  }
  return 0;
}

/**
 * Runs one process in the foreground. Signals go to it and it decides when to end, so that a stop is graceful. Our own
 * programs hold a channel to us besides: when we are killed it breaks, and they end instead of living on unseen.
 */
function run(file, processArgs, folder) {
  const ours = file === process.execPath;
  const child = spawn(file, processArgs, {
    cwd: join(root, folder),
    stdio: ours ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
    shell: process.platform === 'win32' && !ours,
  });
  const unwatch = whenOrphaned(() => child.kill('SIGTERM'));
  const forward = (signal) => child.kill(signal);
  // A terminal sends Ctrl-C to the whole group; forwarding it as well would be a second one.
  const ignore = () => undefined;
  process.on('SIGTERM', forward);
  process.on('SIGHUP', forward);
  process.on('SIGINT', ignore);
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`Cannot start ${file}: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (code, signal) => {
      unwatch();
      process.off('SIGTERM', forward);
      process.off('SIGHUP', forward);
      process.off('SIGINT', ignore);
      resolve(code ?? (signal === null ? 1 : 128));
    });
  });
}

/**
 * `npm start` is npm, a shell and this script. A `kill -9` of npm leaves the others running with the port in their hands,
 * so the npm above us is watched, where the system shows who it is.
 */
function whenOrphaned(callback) {
  if (process.platform !== 'linux' || process.env.npm_lifecycle_event === undefined) return () => undefined;
  const parent = process.ppid;
  const grandparent = parentOf(parent);
  const timer = setInterval(() => {
    if (process.ppid === parent && parentOf(parent) === grandparent) return;
    clearInterval(timer);
    callback();
  }, 250);
  timer.unref();
  return () => clearInterval(timer);
}

function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
