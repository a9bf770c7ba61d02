/*
 * Packs our programs, which are written in TypeScript and in many files, into a few files of plain JavaScript: a process
 * that is started from them is there three times as soon and holds a third less memory than one that compiles its sources
 * while it loads them. Packages that are installed stay where they are.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/** What `npm start` and `npm run bearer` run. */
export const managerProgram = 'manager/src/main.ts';
export const bearerProgram = 'bearer/src/entry/node-main.ts';

/** What operators run, by the names of the commands. */
export const operatorPrograms = {
  'bump-epoch': 'manager/src/commands/bump-epoch.ts',
  doctor: 'manager/src/commands/doctor.ts',
  'verify-audit': 'manager/src/commands/verify-audit.ts',
};

/** Those that tests and benchmarks start besides. */
export const testPrograms = [
  managerProgram,
  bearerProgram,
  ...Object.values(operatorPrograms),
  'bearer/test/programs/die-applying.ts',
  'bearer/test/programs/save-copies.ts',
  'manager/test/programs/client-app.ts',
  'manager/test/programs/server-app.ts',
  'trials/fuzz/garbage-sender.ts',
  'trials/support/programs/crowd.ts',
];

/** Carries the answer of `packPrograms` to the processes that start programs, as JSON. */
const packedVariable = 'FAUNA_PACKED';

/**
 * Where a program, named by its source, lies packed. Whoever runs tests or benchmarks has packed what they start before
 * (`packForChildren`); a program that is not among that throws.
 */
export function packedProgram(source) {
  const place = JSON.parse(process.env[packedVariable] ?? '{}')[source];
  if (place !== undefined) return place;
  throw new Error(`Cannot start ${source}: it was not packed, see testPrograms in scripts/pack-programs.mjs`);
}

/** Packs programs for the processes that this one starts. */
export async function packForChildren({ root, programs }) {
  process.env[packedVariable] = JSON.stringify(await packPrograms({ root, programs }));
}

/**
 * Packs programs, named by their source below `root`, and answers where each one is to be started from. What is packed
 * lies in a folder that is named by its content, so one that runs is never changed by a later one. Rejects with esbuild's
 * own words when a source cannot be read.
 */
export async function packPrograms({ root, programs }) {
  const packed = await Promise.all(programs.map((program) => pack(root, program)));
  return Object.fromEntries(programs.map((program, at) => [program, packed[at]]));
}

async function pack(root, program) {
  // Installed by now: whoever starts us may have had to install it first.
  const { build } = await import('esbuild');
  // Below its workspace, so that Node finds the packages which that has for itself alone.
  const shelf = join(root, program.split('/')[0], '.cache', 'programs');
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [program],
    outdir: join(shelf, 'program'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@fauna-flags/source'],
    logLevel: 'silent',
    plugins: [oursAlone, placeOfSource(join(shelf, 'program'))],
    write: false,
  });
  const hash = createHash('sha256');
  for (const { path, contents } of outputFiles)
    hash
      .update(`${basename(path)}\0`)
      .update(contents)
      .update('\0');
  const folder = join(shelf, hash.digest('hex').slice(0, 16));
  if (!existsSync(folder)) lay(outputFiles, folder);
  const now = new Date();
  utimesSync(folder, now, now);
  clear(shelf, now);
  return join(folder, `${basename(program, '.ts')}.mjs`);
}

/** Lays a whole folder down at once: another process that packs the same finds all of it or nothing. */
function lay(files, folder) {
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  for (const { path, contents } of files) writeFileSync(join(draft, basename(path)), contents);
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}

/** What nobody has started for so long runs no more: a process that does has loaded what it needs long ago. */
const keptMs = 30 * 86_400_000;

/** Takes away what was packed from sources that have changed since; another process may be doing the same. */
function clear(shelf, now) {
  for (const name of readdirSync(shelf)) {
    const folder = join(shelf, name);
    const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? {};
    if (now - mtimeMs > keptMs) rmSync(folder, { recursive: true, force: true });
  }
}

/** Packages stay outside, but for our own. */
const oursAlone = {
  name: 'ours-alone',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@fauna-flags/') ? undefined : { path, external: true },
    );
  },
};

/** A module that asks where it lies, to find what lies beside it, hears where its source does. */
function placeOfSource(folder) {
  return {
    name: 'place-of-source',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        if (!text.includes('import.meta.url')) return undefined;
        const place = JSON.stringify(relative(folder, path).replaceAll('\\', '/'));
        return {
          loader: 'ts',
          resolveDir: dirname(path),
          contents: text.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`),
        };
      });
    },
  };
}

/** Packs what tests start, once for all of them. */
export async function setup() {
  if (process.env[packedVariable] !== undefined) return;
  const root = join(import.meta.dirname, '..');
  await packForChildren({ root, programs: testPrograms });
}
