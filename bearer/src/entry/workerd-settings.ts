import { parseEd25519Key } from '@fauna-flags/protocol';
import type { LogLevel } from './node-settings.ts';
import { StartError } from './start-error.ts';
import type { WorkerEnv } from './workerd-env.ts';

/** Where a Worker's hubs read from: a store, a manager (or another bearer), or a store and a manager while it is away. */
export interface WorkerUpstream {
  readonly store: { readonly url: string; readonly token: string } | undefined;
  readonly manager: { readonly urls: readonly string[]; readonly token: string } | undefined;
}

const logLevels: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'];

/** `LOG_LEVEL`; `info` when it is absent or none of the levels. */
export function readLogLevel(env: WorkerEnv): LogLevel {
  return logLevels.find((level) => level === env.LOG_LEVEL) ?? 'info';
}

/** Reads the settings. Throws `StartError` when they lead nowhere. */
export function readWorkerUpstream(env: WorkerEnv): WorkerUpstream {
  const url = textOf(env, 'UPSTASH_REDIS_REST_URL');
  const storeToken = textOf(env, 'UPSTASH_REDIS_REST_TOKEN');
  const urls = (textOf(env, 'MANAGER_URL') ?? '').split(',').map((text) => text.trim());
  const token = textOf(env, 'FAUNA_BEARER_TOKEN');
  const store =
    url !== undefined && storeToken !== undefined && URL.canParse(url)
      ? { url, token: storeToken }
      : undefined;
  const manager =
    token !== undefined && urls.every((text) => URL.canParse(text)) ? { urls, token } : undefined;
  if (store === undefined && manager === undefined)
    throw new StartError(
      'Cannot serve from nowhere: set UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN, or MANAGER_URL and FAUNA_BEARER_TOKEN',
    );
  return { store, manager };
}

/**
 * `FAUNA_VERIFY_KEY`: the public keys of managers, by commas; `undefined` when nothing is signed. Throws `StartError` when
 * one cannot be read: a key that was meant to be demanded must never be one that is not.
 */
export function readVerifyKeys(env: WorkerEnv): readonly Uint8Array[] | undefined {
  return textOf(env, 'FAUNA_VERIFY_KEY')
    ?.split(',')
    .map((text) => {
      const read = parseEd25519Key(text, 'public');
      if ('key' in read) return read.key;
      throw new StartError(`Cannot verify what is signed: FAUNA_VERIFY_KEY ${read.problem}`);
    });
}

/** A setting; an empty one is as good as none. */
function textOf(env: WorkerEnv, name: string): string | undefined {
  const value = env[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
