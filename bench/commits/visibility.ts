import { setTimeout as sleep } from 'node:timers/promises';
import { storeKeys } from '@fauna-flags/protocol';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Fauna } from '../processes/start-fauna.ts';

/** One toggle, in milliseconds from its commit: Postgres' own date of it, which it takes before it flushes. */
export interface Visibility {
  /** Until the answer was here. Negative times cannot be: the commit comes first. */
  readonly answeredMs: number;
  /** Until word of it came from Redis, which the script that stores a snapshot sends in the same step. */
  readonly visibleMs: number;
  /** From the request until then: the write itself included. */
  readonly fromRequestMs: number;
}

/** Pauses between toggles, so that no one meets the one before it. */
const pauseMs = 15;
const patienceMs = 5_000;

/** Toggles flags one after the other and listens to Redis meanwhile. */
export async function measureVisibility(
  { api, databaseUrl, redisUrl }: Fauna,
  { flags, toggles }: { readonly flags: readonly string[]; readonly toggles: number },
): Promise<readonly Visibility[]> {
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  const redis = new Redis(redisUrl);
  let onHint: (version: number) => void = () => undefined;
  redis.on('message', (_, hint: string) => onHint(Number(hint.split(' ')[2])));
  await redis.subscribe(storeKeys.hints);
  const measured: Visibility[] = [];
  let version = (await lastCommit(database)).version;
  for (let count = 0; count < toggles; count += 1) {
    await sleep(pauseMs);
    const flag = flags[count % flags.length] ?? '';
    const path = `/projects/default/flags/${flag}/environments/production`;
    const { enabled } = (await api('GET', path)) as { enabled: boolean };
    version += 1;
    const wanted = version;
    const visible = new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Version ${wanted} did not reach Redis`)), patienceMs);
      onHint = (seen) => {
        if (seen !== wanted) return;
        clearTimeout(timer);
        resolve(wallMs());
      };
    });
    const requestedAt = wallMs();
    await api('POST', `${path}/toggle`, { enabled: !enabled });
    const answeredAt = wallMs();
    const visibleAt = await visible;
    const commit = await lastCommit(database);
    if (commit.version !== wanted) throw new Error(`Found version ${commit.version} instead of ${wanted}`);
    measured.push({
      answeredMs: answeredAt - commit.atMs,
      visibleMs: visibleAt - commit.atMs,
      fromRequestMs: visibleAt - requestedAt,
    });
  }
  redis.disconnect();
  await database.end();
  return measured;
}

/** The clock that Postgres dates by, finer than Date.now(). */
function wallMs(): number {
  return performance.timeOrigin + performance.now();
}

async function lastCommit(database: pg.Client): Promise<{ readonly version: number; readonly atMs: number }> {
  const { rows } = await database.query<{ version: string; at: string }>(
    `SELECT e.version, extract(epoch FROM pg_xact_commit_timestamp(e.xmin)) * 1000 AS at
     FROM environments e JOIN projects p ON p.id = e.project_id WHERE p.key = 'default' AND e.key = 'production'`,
  );
  return { version: Number(rows[0]?.version), atMs: Number(rows[0]?.at) };
}
