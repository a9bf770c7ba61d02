import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../manager/src/platform/postgres/free-port.ts';
import { startProgram } from './start-program.ts';

/** A running redis-server that keeps nothing on disk. */
export interface RedisServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a redis-server on a free port; `FAUNA_REDIS_SERVER` names another program than the one on the path. */
export async function startRedis(pin: readonly string[] = []): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'fauna-bench-redis-'));
  const port = await freePort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const program = await startProgram({
    command: [
      ...pin,
      process.env.FAUNA_REDIS_SERVER || 'redis-server',
      ...settings,
      ...['--save', '', '--appendonly', 'no'],
    ],
    ready: /Ready to accept connections/,
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: program.pid,
    async stop() {
      await program.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
