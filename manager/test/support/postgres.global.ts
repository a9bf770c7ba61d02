import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/platform/postgres/embedded-postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Connection string of a real server; its account may create databases. */
    postgresUrl: string;
  }
}

/** One real Postgres for the whole run, the same that `npm start` uses; every test file clones databases of its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'fauna-test-'));
  await chmod(dataDir, 0o755); // As root the server runs as another account, which must be able to enter.
  const server = await startEmbeddedPostgres({
    dataDir,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
  });
  project.provide('postgresUrl', server.url);
  return async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
