import { storeKeys } from '@fauna-flags/protocol';
import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import { type Log, reasonOf } from '../log.ts';
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
  readonly #log: Log;
  readonly #watches = new Map<string, Set<() => void>>();
  #cancelNext = () => {};
  #isRefused = false;
  #closed = false;

  constructor(options: RedisOptions & { readonly clock: Clock }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#redis = openRedis({
      ...options,
      purpose: 'hints',
      commandMsMax: pingMs,
      silenceMsMax: pingMs,
    });
    this.#redis.on('ready', () => {
      this.#cancelNext();
      void this.#subscribe();
    });
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
    this.#cancelNext();
    this.#watches.clear();
    this.#redis.disconnect();
  }

  async #subscribe(): Promise<void> {
    try {
      await this.#redis.subscribe(storeKeys.hints);
      // A server that is still loading takes subscriptions, but answers no reads: a ping tells.
      await this.#redis.ping();
    } catch (error) {
      this.#tryAgain(error);
      return;
    }
    this.#isRefused = false;
    for (const documentId of [...this.#watches.keys()]) this.#hint(documentId);
    this.#next(() => this.#ping());
  }

  #ping(): void {
    this.#redis.ping().then(
      () => this.#next(() => this.#ping()),
      (error: unknown) => this.#tryAgain(error),
    );
  }

  /**
   * A server that is loading, or that does not let us listen, has said so over a sound connection, and is asked again
   * later. Where nothing was said the connection is on its way out: it is destroyed after the same silence, and
   * subscribed again when the next one stands.
   */
  #tryAgain(error: unknown): void {
    if (this.#redis.status === 'ready' && !this.#isRefused) {
      this.#isRefused = true;
      this.#log.warn('Cannot listen for hints at Redis, trying again', { reason: reasonOf(error) });
    }
    this.#next(() => void this.#subscribe());
  }

  /** One thing at a time is due on this connection; on a new one `ready` begins anew. */
  #next(step: () => void): void {
    this.#cancelNext();
    if (this.#closed) return;
    this.#cancelNext = this.#clock.after(pingMs, () => {
      if (this.#redis.status === 'ready') step();
    });
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
