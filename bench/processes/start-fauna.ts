import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../manager/src/platform/postgres/embedded-postgres.ts';
import { freePort } from '../../manager/src/platform/postgres/free-port.ts';
import { toRuleset } from '../evaluate/engines/fauna.ts';
import type { ReferenceSet } from '../evaluate/reference-set.ts';
import { ourProgram } from './our-program.ts';
import { type Program, startProgram } from './start-program.ts';
import { startRedis } from './start-redis.ts';

/** A Fauna of real processes: Postgres with fsync, Redis, a manager and, where asked for, a bearer. */
export interface Fauna {
  readonly managerUrl: string;
  readonly managerPid: number;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly clientKey: string;
  /** The bearer's, where there is one. */
  readonly bearer?: { readonly port: number; readonly pid: number };
  /** Calls the management API as an administrator; throws when it refuses. */
  api(method: string, path: string, body?: object): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts everything, empty but for the project `default`. */
export async function startFauna({ bearer: withBearer }: { readonly bearer: boolean }): Promise<Fauna> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fauna-bench-'));
  chmodSync(dataDir, 0o755); // As root the database runs as another account, which must be able to enter.
  // Commits are dated, so that a commit can be told from its answer.
  const postgres = await startEmbeddedPostgres({ dataDir, settings: { track_commit_timestamp: 'on' } });
  const redis = await startRedis();
  const port = await freePort();
  const adminToken = randomBytes(24).toString('base64url');
  const clientKey = randomBytes(32).toString('base64url');
  const manager = await startProgram({
    command: ourProgram('manager/src/main.ts'),
    environment: {
      PORT: String(port),
      FAUNA_DATA_DIR: dataDir,
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      FAUNA_ADMIN_TOKEN: adminToken,
      FAUNA_CLIENT_KEY: clientKey,
      LOG_LEVEL: 'warn',
    },
    ready: new RegExp(`http://\\S+:${port}`),
    patienceMs: 120_000,
  });
  const managerUrl = `http://127.0.0.1:${port}`;
  const bearer = withBearer ? await startBearer(redis.url, join(dataDir, 'bearer')) : undefined;
  return {
    managerUrl,
    managerPid: manager.pid,
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    clientKey,
    ...(bearer === undefined ? {} : { bearer: { port: Number(bearer.said[1]), pid: bearer.pid } }),
    async api(method, path, body) {
      const response = await fetch(`${managerUrl}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${adminToken}`,
          'content-type': 'application/json',
          'if-match': '*',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`Cannot ${method} ${path}: ${response.status} ${text}`);
      return text === '' ? undefined : JSON.parse(text);
    },
    async stop() {
      await bearer?.stop();
      await manager.stop();
      await redis.stop();
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function startBearer(redisUrl: string, dataDir: string): Promise<Program> {
  return startProgram({
    command: ourProgram('bearer/src/entry/node-main.ts'),
    // One process, whose CPU time and streams are all that there is.
    environment: {
      REDIS_URL: redisUrl,
      PORT: '0',
      FAUNA_WORKERS: '1',
      FAUNA_DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
    },
    ready: /listening on http:\/\/\S+:(\d+)/,
  });
}

/** Puts a reference set without audiences into the environment `production` of the project `default`. */
export async function putFlags({ api }: Fauna, set: ReferenceSet): Promise<void> {
  const { attributes, flags } = toRuleset(set);
  for (const [key, { type }] of Object.entries(attributes))
    await api('POST', '/projects/default/attributes', { key, type });
  for (const [key, flag] of Object.entries(flags)) {
    const { kind, salt, variations, enabled, offVariation, prerequisites, targets, rules, defaultServe } =
      flag;
    await api('POST', '/projects/default/flags', { key, name: key, kind, salt, variations });
    await api('PUT', `/projects/default/flags/${key}/environments/production`, {
      ...{ enabled, offVariation, prerequisites, targets, rules, defaultServe },
    });
  }
}
