import { storeKeys } from '@fauna-flags/protocol';
import type { BearerStore } from '../bearer-store.ts';
import { HintLink } from '../hints/hint-link.ts';
import { hintedSources } from '../hints/hinted-sources.ts';
import { indexedPosition, storedSnapshot } from '../hints/stored-document.ts';
import { readRedisAddress } from './open-redis.ts';
import { addressOf } from './redis-address.ts';
import { RedisLink, type RedisOptions } from './redis-link.ts';
import { redisReports, redisUsage } from './redis-sinks.ts';
import { redisSubscriber } from './redis-subscriber.ts';

/** How patient we are with a subscription: one that died without a word is replaced within 4.3 seconds. */
const timing = { subscribeMsMax: 4_000, pingMs: 2_000, pingMsMax: 2_000 } as const;

/**
 * Reads rulesets and keys from the Redis that managers publish to, and reports there. It needs no Redis to start: reads reject until there
 * is one, and every watch is hinted once there is.
 */
export function redisSources(options: RedisOptions): BearerStore {
  const address = readRedisAddress(options.url);
  const link = new RedisLink({ ...options, purpose: 'reads' });
  const hints = new HintLink({
    ...options,
    connect: redisSubscriber({ address, random: options.random }),
    channel: storeKeys.hints,
    timing,
    fields: { address: addressOf(address), purpose: 'hints' },
  });
  const sources = hintedSources({
    store: {
      async read(documentId) {
        const fields = await link.run((redis) => redis.hgetallBuffer(storeKeys.snapshot(documentId)));
        if (Object.keys(fields).length === 0) return undefined;
        const { e, v, h, s, payload } = fields;
        return storedSnapshot(documentId, { e, v, h, s, payload });
      },
      async position(documentId) {
        const text = await link.run((redis) => redis.hget(storeKeys.positions, documentId));
        return text === null ? undefined : indexedPosition(documentId, text);
      },
    },
    hints,
    close: () => link.close(),
  });
  return { ...sources, reportSink: redisReports(link), usage: redisUsage(link) };
}
