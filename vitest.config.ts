import { defineConfig } from 'vitest/config';

// Sources are imported through the private export condition, so tests run what is in the tree and never a stale build.
// The other conditions are Vite's own. `import` is not among them: Vitest hands them to Node, where it would make a
// CommonJS package require another one's ES module.
const source = '@fauna-flags/source';
const resolve = { conditions: [source, 'module', 'node', 'development|production'] };
const ssr = { resolve: { ...resolve, externalConditions: [source, 'node'] } };
const exclude = ['**/node_modules/**', '**/dist/**'];
// Files of one worker share the modules that they import: half of the time of a file with few tests went into importing
// the manager anew. So no module may keep what a test could find there; what a process has is made by whoever composes it.
const isolate = false;

export default defineConfig({
  test: {
    // Two cores are the smallest machine that the suite is meant for; real Postgres and real processes share them.
    maxWorkers: 2,
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'units',
          include: ['{sdks/*,bearer,examples/*,deploy,bench,scripts,trials/support}/**/*.test.{ts,tsx,mjs}'],
          exclude,
          isolate,
          testTimeout: 20_000,
          globalSetup: ['scripts/pack-programs.mjs'],
        },
      },
      'dashboard/vitest.config.ts',
      {
        // The global setup runs in an environment of its own, which would otherwise read what was built of our packages.
        environments: { __vitest__: { resolve: { ...resolve, noExternal: [/^@fauna-flags\//] } } },
        resolve,
        ssr,
        test: {
          name: 'manager',
          include: ['manager/**/*.test.ts', 'compat/**/*.test.ts'],
          exclude,
          isolate,
          globalSetup: ['scripts/pack-programs.mjs', 'manager/test/support/postgres.global.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'trials',
          include: ['trials/{faults,fuzz,simulation}/**/*.test.ts'],
          exclude,
          globalSetup: ['scripts/pack-programs.mjs'],
          // Real processes are started, broken and waited for; every bound is asserted by itself.
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
