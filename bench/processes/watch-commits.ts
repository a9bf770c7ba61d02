import { storeKeys } from '@fauna-flags/protocol';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Fauna } from './start-fauna.ts';

/** One toggle, at moments of the clock that `wallMs` reads. */
export interface WatchedToggle {
  readonly requestedAtMs: number;
  /** Postgres' own date of the commit, which it takes before it flushes. */
  readonly committedAtMs: number;
  readonly answeredAtMs: number;
  /** When word of it came from Redis, which the script that stores a snapshot sends in the same step. */
  readonly visibleAtMs: number;
}

/** The clock that Postgres dates by, finer than Date.now(). */
export function wallMs(): number {
  return performance.timeOrigin + performance.now();
}

const patienceMs = 10_000;

/** Toggles flags of `production` one at a time and tells when what happened, with Postgres and Redis as witnesses. */
export class CommitWatch {
  readonly #fauna: Fauna;
  readonly #database: pg.Client;
  readonly #redis: Redis;
  #onHint: (version: number) => void = () => undefined;

  private constructor(fauna: Fauna) {
    this.#fauna = fauna;
    this.#database = new pg.Client({ connectionString: fauna.databaseUrl });
    this.#redis = new Redis(fauna.redisUrl);
    this.#redis.on('message', (_, hint: string) => this.#onHint(Number(hint.split(' ')[2])));
  }

  static async open(fauna: Fauna): Promise<CommitWatch> {
    const watch = new CommitWatch(fauna);
    await watch.#database.connect();
    await watch.#redis.subscribe(storeKeys.hints);
    return watch;
  }

  async toggle(flag: string): Promise<WatchedToggle> {
    const path = `/projects/default/flags/${flag}/environments/production`;
    const { enabled } = (await this.#fauna.api('GET', path)) as { enabled: boolean };
    const wanted = (await this.#lastCommit()).version + 1;
    const visible = this.#visible(wanted);
    const requestedAtMs = wallMs();
    await this.#fauna.api('POST', `${path}/toggle`, { enabled: !enabled });
    const answeredAtMs = wallMs();
    const visibleAtMs = await visible;
    const { version, atMs } = await this.#lastCommit();
    if (version !== wanted) throw new Error(`Found version ${version} instead of ${wanted}`);
    return { requestedAtMs, committedAtMs: atMs, answeredAtMs, visibleAtMs };
  }

  async close(): Promise<void> {
    this.#redis.disconnect();
    await this.#database.end();
  }

  #visible(wanted: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Version ${wanted} did not reach Redis`)), patienceMs);
      this.#onHint = (seen) => {
        if (seen !== wanted) return;
        clearTimeout(timer);
        resolve(wallMs());
      };
    });
  }

  async #lastCommit(): Promise<{ readonly version: number; readonly atMs: number }> {
    const { rows } = await this.#database.query<{ version: string; at: string }>(
      `SELECT e.version, extract(epoch FROM pg_xact_commit_timestamp(e.xmin)) * 1000 AS at
       FROM environments e JOIN projects p ON p.id = e.project_id WHERE p.key = 'default' AND e.key = 'production'`,
    );
    return { version: Number(rows[0]?.version), atMs: Number(rows[0]?.at) };
  }
}
