import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { explainRedisError } from './explain-redis-error.ts';
import { openRedis, readRedisAddress } from './open-redis.ts';
import { addressOf } from './redis-address.ts';

/** What a connection to Redis takes. */
export interface RedisOptions {
  /** An address as `parseRedisUrl` reads it. */
  readonly url: string;
  readonly clock: Clock;
  /** Uniform in [0, 1); spreads reconnects, so that many processes do not come back as one. */
  readonly random: () => number;
  readonly log: Log;
}

/** How long one command may take; whoever waits for it has something better to do than to wait longer. */
const commandMsMax = 1_000;

/**
 * A server that sends nothing for this long, though something was asked, counts as dead: its socket is destroyed, because a
 * half-open one would otherwise look fine for a quarter of an hour.
 */
const silenceMsMax = 3_000;

/** The first retry follows soon, since most interruptions are over at once; later ones must not hammer a sick server. */
const retryMsMin = 200;
const retryMsMax = 2_000;
/** Whoever has never been connected may have nothing to serve, and must be ready within a second of the server's return. */
const retryMsMaxCold = 400;

/**
 * A connection for commands, which comes back by itself, for ever. Each command is rejected within two seconds at most,
 * whatever has happened to Redis; after that nothing is known about whether it took effect.
 */
export class RedisLink {
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #place: string;
  #arrival: Promise<void> | undefined;
  #hasBeenReady = false;
  /** Why the last attempt to connect failed: whoever is refused for a password need not look at the network. */
  #reason: string | undefined;
  #closed = false;

  /** `purpose` is what the connection is for, in log lines. */
  constructor({ url, clock, random, log, purpose }: RedisOptions & { readonly purpose: string }) {
    const address = readRedisAddress(url);
    this.#clock = clock;
    this.#place = addressOf(address);
    this.#redis = openRedis({ address, wanted: 'keys', random })({
      commandTimeout: commandMsMax,
      socketTimeout: silenceMsMax,
      retryStrategy: (attempt) => {
        const ceilingMs = this.#hasBeenReady ? retryMsMax : retryMsMaxCold;
        return Math.min(ceilingMs, retryMsMin * 2 ** (attempt - 1)) * (0.5 + random());
      },
    });
    this.#redis.on('error', (error: Error) => {
      this.#reason = explainRedisError(error).message;
    });
    this.#redis.on('ready', () => {
      this.#hasBeenReady = true;
      this.#reason = undefined;
    });
    tellOutages({ redis: this.#redis, log, fields: { address: this.#place, purpose } });
  }

  /**
   * Runs commands, once the connection has come up; waits for that as long as for an answer. What it rejects with says
   * why and carries nothing else, so that it may be logged.
   */
  async run<T>(commands: (redis: Redis) => Promise<T>): Promise<T> {
    if (this.#closed) throw new Error(`Cannot ask Redis at ${this.#place}: the connection was closed`);
    if (this.#redis.status !== 'ready') await this.#untilReady();
    try {
      return await commands(this.#redis);
    } catch (error) {
      throw explainRedisError(error);
    }
  }

  /** Ends the connection; may be called twice. Every `run` from then on rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#redis.disconnect();
  }

  /** One wait for all who ask meanwhile. */
  #untilReady(): Promise<void> {
    this.#arrival ??= new Promise<void>((resolve, reject) => {
      const arrived = () => {
        cancel();
        resolve();
      };
      const cancel = this.#clock.after(commandMsMax, () => {
        this.#redis.off('ready', arrived);
        const why = this.#reason === undefined ? '' : `: ${this.#reason}`;
        reject(new Error(`Cannot reach Redis at ${this.#place}${why}`));
      });
      this.#redis.once('ready', arrived);
    }).finally(() => {
      this.#arrival = undefined;
    });
    return this.#arrival;
  }
}

/** Told at the edges of an outage only: a server that stays away would fill the log. */
function tellOutages({
  redis,
  log,
  fields,
}: {
  readonly redis: Redis;
  readonly log: Log;
  readonly fields: { readonly address: string; readonly purpose: string };
}): void {
  let isAway = false;
  const tellAway = (reason: string) => {
    if (!isAway) log.warn('Cannot reach Redis, trying again', { ...fields, reason });
    isAway = true;
  };
  redis.on('error', (error: Error) => tellAway(explainRedisError(error).message));
  redis.on('reconnecting', () => tellAway('the connection ended'));
  redis.on('ready', () => {
    if (isAway) log.info('Reached Redis again', fields);
    isAway = false;
  });
}
