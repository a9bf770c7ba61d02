import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BearerProcess } from '../support/bearer-process.ts';
import { RedisServer } from '../support/redis-server.ts';
import type { BearerUnderContract } from './bearer-under-contract.ts';

/** A bearer in a process over a real Redis; `commandOf` says how it is started with these settings. */
export async function processFixture(
  commandOf: (environment: Readonly<Record<string, string>>) => readonly string[],
): Promise<BearerUnderContract> {
  const redis = await RedisServer.start();
  const folder = await mkdtemp(join(tmpdir(), 'fauna-bearer-'));
  const environment = { REDIS_URL: redis.url, FAUNA_DATA_DIR: folder, LOG_LEVEL: 'info' };
  const bearer = new BearerProcess(commandOf(environment), environment);
  await bearer.start();
  return {
    fetch: (path, init) => fetch(bearer.url + path, init),
    publish: (documentId, snapshot) => redis.publish(documentId, snapshot),
    log: () => bearer.output,
    drain: async () => bearer.signal('SIGTERM'),
    async restartAlone() {
      await redis.kill();
      await bearer.end('SIGKILL');
      await bearer.start();
      return () => redis.start();
    },
    async end() {
      await bearer.end('SIGKILL');
      await redis.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
