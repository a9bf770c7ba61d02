import { defineConfig } from 'vitest/config';

// Sources are imported through the private export condition, so tests run what is in the tree and never a stale build.
const conditions = ['@fauna-flags/source', 'import', 'module', 'node', 'default'];
const resolve = { conditions };
const ssr = { resolve: { conditions, externalConditions: conditions } };
const exclude = ['**/node_modules/**', '**/dist/**'];

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
          include: ['{sdks/*,bearer,bench,scripts}/**/*.test.{ts,mjs}'],
          exclude,
          testTimeout: 20_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'manager',
          include: ['manager/**/*.test.ts', 'compat/**/*.test.ts'],
          exclude,
          globalSetup: ['manager/test/support/postgres.global.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
