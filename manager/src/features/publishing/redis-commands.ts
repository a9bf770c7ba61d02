import type { Redis } from 'ioredis';
import { type StoreCommands, scanCount, scanStepsMax, textsMax } from './store-commands.ts';

/** An open connection to Redis: `run` rejects soon whenever Redis is away, and always after `close`. */
export interface RedisConnection {
  run<T>(commands: (redis: Redis) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Asks a Redis over a connection of the driver, which may lead to one server, to a primary or into a cluster. */
export function redisCommands(connection: RedisConnection): StoreCommands {
  return {
    evaluate: ({ script, keys, args }) =>
      connection.run((redis) =>
        redis.eval(
          script,
          keys.length,
          ...keys,
          ...args.map((value) =>
            value instanceof Uint8Array
              ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
              : value,
          ),
        ),
      ),

    async fields(key) {
      const fields = await connection.run((redis) => redis.hgetall(key).catch(nothingWhenOfAnotherKind));
      return new Map(Object.entries(fields ?? {}));
    },

    fieldsOfEach: (keys, names) =>
      connection.run((redis) =>
        Promise.all(keys.map((key) => redis.hmget(key, ...names).catch(nothingWhenRefused))),
      ),

    remove: ({ key, hash, field }) =>
      connection.run(async (redis) => {
        await Promise.all([redis.del(key), redis.hdel(hash, field).catch(nothingWhenOfAnotherKind)]);
      }),

    textsLike: (pattern) =>
      connection.run(async (redis) => {
        const keys = await keysLike(redis, pattern);
        const found = await Promise.all(
          keys.map((key) => Promise.all([redis.get(key).catch(nothingWhenRefused), redis.pttl(key)])),
        );
        return found.flatMap(([text, leftMs]) =>
          typeof text === 'string' && leftMs > 0 ? [{ text, leftMs }] : [],
        );
      }),

    close: () => connection.close(),
  };
}

async function keysLike(redis: Redis, pattern: string): Promise<readonly string[]> {
  const keys = new Set<string>();
  let cursor = '0';
  for (let step = 0; step < scanStepsMax && keys.size < textsMax; step += 1) {
    const [next, found] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', scanCount);
    for (const key of found) keys.add(key);
    if (next === '0') break;
    cursor = next;
  }
  return [...keys].slice(0, textsMax);
}

/** Under one of our names lies something that no publisher put there: it is no position, and the next one replaces it. */
function nothingWhenOfAnotherKind(error: Error): undefined {
  if (!error.message.startsWith('WRONGTYPE')) throw error;
}

/** An answer that is an error is about one document; anything else is about the connection, and so about all. */
function nothingWhenRefused(error: Error): undefined {
  if (error.name !== 'ReplyError') throw error;
}
