import { compareStored, parseStoredPosition, storeKeys } from '@fauna-flags/protocol';
import type { Redis } from 'ioredis';
import type { PublishStore, PutOutcome } from './publish-store.ts';
import { compareAndSetScript } from './redis-compare-and-set.ts';
import { readHeartbeats } from './redis-heartbeats.ts';

/** An open connection to Redis: `run` rejects soon whenever Redis is away, and always after `close`. */
export interface RedisConnection {
  run<T>(commands: (redis: Redis) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The store between managers and stand-alone bearers, in one Redis. Closing the store closes its connection. */
export function redisStore(connection: RedisConnection): PublishStore {
  return {
    async compareAndSet(documentId, { epoch, version, hash, payload, signature = '' }) {
      const answer = await connection.run((redis) =>
        redis.eval(
          compareAndSetScript,
          2,
          storeKeys.snapshot(documentId),
          storeKeys.positions,
          storeKeys.hints,
          documentId,
          epoch,
          version,
          hash,
          // As bytes: a text would be encoded once more, and might not come out as it went in.
          Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
          Date.now(),
          signature,
        ),
      );
      return outcomeOf(documentId, answer);
    },

    /**
     * The index says which documents there are. Whether each still lies where it says is asked besides: a Redis that
     * evicts keys takes a snapshot and leaves the index, and what is not reported here is published again. The same goes
     * for what Redis cannot read as a position.
     */
    async positions() {
      const index = await connection.run((redis) =>
        redis.hgetall(storeKeys.positions).catch(nothingWhenOfAnotherKind),
      );
      const known = Object.entries(index ?? {}).flatMap(([documentId, text]) => {
        const position = parseStoredPosition(text);
        return position === undefined ? [] : [[documentId, position] as const];
      });
      const stored = await connection.run((redis) =>
        Promise.all(
          known.map(([documentId]) =>
            redis.hmget(storeKeys.snapshot(documentId), 'e', 'v', 'h', 's').catch(nothingWhenRefused),
          ),
        ),
      );
      return new Map(
        known.flatMap(([documentId, position], place) => {
          const [epoch, version, hash, signature] = stored[place] ?? [];
          const there = parseStoredPosition(`${epoch}-${version}-${hash}`);
          if (there === undefined || compareStored(position, there) !== 'same') return [];
          return [[documentId, typeof signature === 'string' ? { ...position, signature } : position]];
        }),
      );
    },

    async remove(documentId) {
      // Not one step, and need not be: whoever removes tries again until both have been acknowledged.
      await connection.run((redis) =>
        Promise.all([
          redis.del(storeKeys.snapshot(documentId), storeKeys.log(documentId)),
          redis.hdel(storeKeys.positions, documentId).catch(nothingWhenOfAnotherKind),
        ]),
      );
    },

    heartbeats: () => connection.run(readHeartbeats),

    close: () => connection.close(),
  };
}

/** Under one of our names lies something that no publisher put there: it is no position, and the next one replaces it. */
function nothingWhenOfAnotherKind(error: Error): undefined {
  if (!error.message.startsWith('WRONGTYPE')) throw error;
}

/** An answer that is an error is about one document; anything else is about the connection, and so about all. */
function nothingWhenRefused(error: Error): undefined {
  if (error.name !== 'ReplyError') throw error;
}

function outcomeOf(documentId: string, answer: unknown): PutOutcome {
  const [outcome, current] = Array.isArray(answer) ? answer.map(String) : [];
  if (outcome === 'stored' || outcome === 'same') return { outcome };
  const position = parseStoredPosition(current);
  if ((outcome === 'older' || outcome === 'fork') && position !== undefined)
    return { outcome, current: position };
  throw new Error(`Cannot publish document ${documentId}: Redis answered something that is no outcome`);
}
