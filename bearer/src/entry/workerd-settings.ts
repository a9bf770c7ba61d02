import type { LogLevel } from './node-settings.ts';
import { StartError } from './start-error.ts';
import type { WorkerEnv } from './workerd-env.ts';

/** Where a Worker's hubs read from. */
export interface WorkerStore {
  readonly url: string;
  readonly token: string;
}

const logLevels: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'];

/** `LOG_LEVEL`; `info` when it is absent or none of the levels. */
export function readLogLevel(env: WorkerEnv): LogLevel {
  return logLevels.find((level) => level === env.LOG_LEVEL) ?? 'info';
}

/** The Upstash database. Throws `StartError` when the settings do not lead to one. */
export function readWorkerStore(env: WorkerEnv): WorkerStore {
  const url = textOf(env, 'UPSTASH_REDIS_REST_URL');
  const token = textOf(env, 'UPSTASH_REDIS_REST_TOKEN');
  if (url === undefined || token === undefined || !URL.canParse(url))
    throw new StartError(
      'Cannot serve without a store: set UPSTASH_REDIS_REST_URL to its address and UPSTASH_REDIS_REST_TOKEN to its token',
    );
  return { url, token };
}

/** A setting; an empty one is as good as none. */
function textOf(env: WorkerEnv, name: string): string | undefined {
  const value = env[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
