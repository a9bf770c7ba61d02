import { type Position, parsePosition } from '@fauna-flags/core/link';
import { type Snapshot, storeKeys } from '@fauna-flags/protocol';
import type { Redis } from 'ioredis';
import { HintLink } from '../hints/hint-link.ts';
import type { KeySource } from '../keys/key-source.ts';
import { keysAmong } from '../keys/keys-among.ts';
import type { RulesetSource } from '../rulesets/ruleset-source.ts';
import { readRedisAddress } from './open-redis.ts';
import { addressOf } from './redis-address.ts';
import { RedisLink, type RedisOptions } from './redis-link.ts';
import { redisSubscriber } from './redis-subscriber.ts';

/** How patient we are with a subscription: one that died without a word is replaced within 4.3 seconds. */
const timing = { subscribeMsMax: 4_000, pingMs: 2_000, pingMsMax: 2_000 } as const;

/** The two sources of a bearer, over the same two connections. */
export interface RedisSources {
  readonly rulesets: RulesetSource;
  readonly keys: KeySource;
  /** Ends both sources and the connections; may be called twice. */
  close(): Promise<void>;
}

/**
 * Reads rulesets and keys from the Redis that managers publish to. It needs no Redis to start: reads reject until there
 * is one, and every watch is hinted once there is.
 */
export function redisSources(options: RedisOptions): RedisSources {
  const address = readRedisAddress(options.url);
  const link = new RedisLink({ ...options, purpose: 'reads' });
  const hints = new HintLink({
    ...options,
    connect: redisSubscriber({ address, random: options.random }),
    channel: storeKeys.hints,
    timing,
    fields: { address: addressOf(address), purpose: 'hints' },
  });
  const open = new Set<RedisDocuments>();
  // The connections serve both sources, and end with the last of them.
  const onClosed = async (closed: RedisDocuments) => {
    open.delete(closed);
    if (open.size > 0) return;
    hints.close();
    await link.close();
  };
  const documents = () => {
    const opened = new RedisDocuments({ link, hints, onClosed });
    open.add(opened);
    return opened;
  };
  return {
    rulesets: documents(),
    keys: keysAmong(documents()),
    async close() {
      for (const opened of [...open]) await opened.close();
    },
  };
}

class RedisDocuments implements RulesetSource {
  readonly #link: RedisLink;
  readonly #hints: HintLink;
  readonly #onClosed: (closed: RedisDocuments) => Promise<void>;
  readonly #watches = new Set<() => void>();
  #closed = false;

  constructor({
    link,
    hints,
    onClosed,
  }: {
    readonly link: RedisLink;
    readonly hints: HintLink;
    readonly onClosed: (closed: RedisDocuments) => Promise<void>;
  }) {
    this.#link = link;
    this.#hints = hints;
    this.#onClosed = onClosed;
  }

  async read(documentId: string): Promise<Snapshot | undefined> {
    const fields = await this.#ask((redis) => redis.hgetallBuffer(storeKeys.snapshot(documentId)));
    return Object.keys(fields).length === 0 ? undefined : snapshotOf(documentId, fields);
  }

  async position(documentId: string): Promise<Position | undefined> {
    const text = await this.#ask((redis) => redis.hget(storeKeys.positions, documentId));
    if (text === null) return undefined;
    const [, upToHash8] = /^(\d+-\d+-[0-9a-f]{8})[0-9a-f]{56}$/.exec(text) ?? [];
    return parsePosition(upToHash8) ?? unreadable(documentId);
  }

  watch(documentId: string, onHint: () => void): () => void {
    if (this.#closed) return () => {};
    const unwatch = this.#hints.watch(documentId, onHint);
    const end = () => {
      this.#watches.delete(end);
      unwatch();
    };
    this.#watches.add(end);
    return end;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const end of [...this.#watches]) end();
    await this.#onClosed(this);
  }

  async #ask<Answer>(question: (redis: Redis) => Promise<Answer>): Promise<Answer> {
    if (this.#closed) throw new Error('Cannot read from Redis: this source was closed');
    return this.#link.run(question);
  }
}

/** Bytes stay bytes: a text would not have the hash of what was stored when it is no UTF-8. */
function snapshotOf(documentId: string, { e, v, h, payload }: Record<string, Buffer>): Snapshot {
  if (e === undefined || v === undefined || h === undefined || payload === undefined)
    return unreadable(documentId);
  const hash = h.toString('latin1');
  const position = parsePosition(`${e}-${v}-${hash.slice(0, 8)}`) ?? unreadable(documentId);
  return { epoch: position.epoch, version: position.version, hash, payload };
}

/** An error and not "nothing": whoever reads must know that it has not got what lies there. */
function unreadable(documentId: string): never {
  throw new Error(`Cannot read document ${documentId} in Redis: it is not stored as a snapshot is`);
}
