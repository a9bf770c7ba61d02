import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import { reasonOf } from '../log.ts';
import { addressOf, openRedis, type RedisOptions } from './open-redis.ts';

/** How long one command may take; whoever waits for it has something better to do than to wait longer. */
const commandMsMax = 1_000;

/** A connection on which nothing came for this long, though something was asked, is replaced. */
const silenceMsMax = 3_000;

/**
 * A connection for commands. Each is rejected within two seconds at most, whatever has happened to Redis; after that
 * nothing is known about whether it took effect.
 */
export class RedisLink {
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #address: string;
  #arrival: Promise<void> | undefined;
  #closed = false;

  constructor(options: RedisOptions & { readonly clock: Clock; readonly purpose: string }) {
    this.#redis = openRedis({ ...options, commandMsMax, silenceMsMax });
    this.#clock = options.clock;
    this.#address = addressOf(options.url);
  }

  /**
   * Runs commands, once the connection has come up; waits for that as long as for an answer. What it rejects with says
   * why and carries nothing else, so that it may be logged.
   */
  async run<T>(commands: (redis: Redis) => Promise<T>): Promise<T> {
    if (this.#closed) throw new Error(`Cannot ask Redis at ${this.#address}: the connection was closed`);
    if (this.#redis.status !== 'ready') await this.#untilReady();
    try {
      return await commands(this.#redis);
    } catch (error) {
      // The driver hangs the whole command on its error: rulesets and keys, which are nobody's to read in a log. For the
      // same reason it is not kept as the cause.
      throw new Error(reasonOf(error));
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
        reject(new Error(`Cannot reach Redis at ${this.#address}`));
      });
      this.#redis.once('ready', arrived);
    }).finally(() => {
      this.#arrival = undefined;
    });
    return this.#arrival;
  }
}
