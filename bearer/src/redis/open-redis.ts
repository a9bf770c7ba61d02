import { Redis } from 'ioredis';
import type { Log } from '../log.ts';

/** What a connection to Redis takes. */
export interface RedisOptions {
  /** `redis://` or, with TLS, `rediss://`. */
  readonly url: string;
  /** Uniform in [0, 1); spreads reconnects, so that many processes do not come back as one. */
  readonly random: () => number;
  readonly log: Log;
}

/** How long a connection may take to come up. */
const connectMsMax = 2_000;

/** The first retry follows soon, since most interruptions are over at once; later ones must not hammer a sick server. */
const retryMsMin = 100;
const retryMsMax = 2_000;

/**
 * Opens a connection that comes back by itself, for ever. Nothing is queued while it is down, and nothing is sent twice:
 * whoever asks hears at once that Redis is away, and decides what that means. A server that does not answer within
 * `silenceMsMax`, though something was asked, counts as dead: its socket is destroyed, because a half-open one would
 * otherwise look fine for a quarter of an hour.
 */
export function openRedis({
  url,
  purpose,
  commandMsMax,
  silenceMsMax,
  random,
  log,
}: RedisOptions & {
  /** What the connection is for, in log lines. */
  readonly purpose: string;
  readonly commandMsMax: number;
  readonly silenceMsMax: number;
}): Redis {
  const redis = new Redis(url, {
    connectTimeout: connectMsMax,
    commandTimeout: commandMsMax,
    socketTimeout: silenceMsMax,
    enableOfflineQueue: false,
    // Zero, so that whatever was under way is rejected with the connection instead of waiting for the next one.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    // It would take the right to INFO, which a bearer has no other use for. A server that is loading says so by itself.
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: (attempt) => Math.min(retryMsMax, retryMsMin * 2 ** attempt) * (0.5 + random()),
    // After a failover an old primary refuses writes: the address may stand for the new one by now.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  const fields = { address: addressOf(url), purpose };
  let isAway = false;
  // Told at the edges of an outage only: a server that stays away would fill the log.
  const tellAway = (reason: string) => {
    if (!isAway) log.warn('Cannot reach Redis, trying again', { ...fields, reason });
    isAway = true;
  };
  redis.on('error', (error: Error) => tellAway(reasonFor(error)));
  redis.on('reconnecting', () => tellAway('the connection ended'));
  redis.on('ready', () => {
    if (isAway) log.info('Reached Redis again', fields);
    isAway = false;
  });
  return redis;
}

/** Host and port of a URL, which is all of it that may be shown. */
export function addressOf(url: string): string {
  return new URL(url).host || 'its socket';
}

/** When every address of a name refuses, the error says so only in its parts. */
function reasonFor(error: Error): string {
  return error instanceof AggregateError ? error.errors.map(String).join(', ') : error.message;
}
