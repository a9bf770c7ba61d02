import { storeKeys } from '@fauna-flags/protocol';
import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import { openRedis, type RedisOptions } from './open-redis.ts';

/** Between two questions whether the subscription still lives, and how long an answer may take. */
const pingMs = 2_000;

/**
 * The one subscription of a process, shared by all watches.
 *
 * Publish/subscribe forgets whatever is published while nobody listens, so each time the subscription has been
 * established (the first time too) every watch is hinted: what was missed is found by reading. A connection can die
 * without a word, and a subscriber, who asks nothing, would never notice; so it is asked every two seconds.
 */
export class RedisHints {
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #watches = new Map<string, Set<() => void>>();
  #cancelPing = () => {};
  #closed = false;

  constructor(options: RedisOptions & { readonly clock: Clock }) {
    this.#clock = options.clock;
    this.#redis = openRedis({
      ...options,
      purpose: 'hints',
      commandMsMax: pingMs,
      silenceMsMax: pingMs,
    });
    this.#redis.on('ready', () => void this.#subscribe());
    this.#redis.on('message', (_channel, message) => this.#hint(documentOf(message)));
  }

  /** Calls back whenever a document may have changed, until the answer is called. */
  watch(documentId: string, onHint: () => void): () => void {
    const watches = this.#watches.get(documentId) ?? new Set();
    this.#watches.set(documentId, watches);
    // Wrapped, so that one function that watches twice can end once.
    const own = () => onHint();
    watches.add(own);
    return () => {
      watches.delete(own);
      if (watches.size === 0 && this.#watches.get(documentId) === watches) this.#watches.delete(documentId);
    };
  }

  /** Ends the subscription; may be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelPing();
    this.#watches.clear();
    this.#redis.disconnect();
  }

  async #subscribe(): Promise<void> {
    this.#cancelPing();
    try {
      await this.#redis.subscribe(storeKeys.hints);
      // A server that is still loading takes subscriptions, but answers no reads: a ping tells.
      await this.#redis.ping();
    } catch {
      this.#reconnect();
      return;
    }
    for (const documentId of [...this.#watches.keys()]) this.#hint(documentId);
    this.#schedulePing();
  }

  #schedulePing(): void {
    this.#cancelPing();
    if (this.#closed) return;
    this.#cancelPing = this.#clock.after(pingMs, () => {
      if (this.#redis.status !== 'ready') return; // The next subscription schedules again.
      this.#redis.ping().then(
        () => this.#schedulePing(),
        () => this.#reconnect(),
      );
    });
  }

  /** Goes through the backoff like any other end of the connection; one that has ended by itself is left alone. */
  #reconnect(): void {
    if (!this.#closed && this.#redis.status === 'ready') this.#redis.disconnect(true);
  }

  #hint(documentId: string): void {
    for (const onHint of [...(this.#watches.get(documentId) ?? [])]) onHint();
  }
}

/** A hint reads `document epoch version hash8`; only the document matters here, since only positions in the store decide. */
function documentOf(message: string): string {
  const end = message.indexOf(' ');
  return end === -1 ? message : message.slice(0, end);
}
