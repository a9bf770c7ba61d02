import type { ConnectSubscriber, Subscriber, SubscriberEvents } from '../hints/subscriber.ts';
import { explainRedisError } from './explain-redis-error.ts';
import { openRedis } from './open-redis.ts';
import type { RedisAddress } from './redis-address.ts';

/** Listens at a Redis, each time over a connection of its own; in a cluster at any node, which hears what all publish. */
export function redisSubscriber(options: {
  readonly address: RedisAddress;
  readonly random: () => number;
}): ConnectSubscriber {
  const open = openRedis({ ...options, wanted: 'channel' });
  return (events: SubscriberEvents): Subscriber => {
    const redis = open({ lazyConnect: true, retryStrategy: () => null });
    let isOpen = true;
    let trouble: Error | undefined;
    redis.on('error', (error: Error) => {
      trouble ??= explainRedisError(error);
    });
    redis.on('message', (_channel, message) => {
      if (isOpen) events.onMessage(message);
    });
    redis.on('end', () => {
      if (isOpen) events.onEnd(trouble?.message ?? 'the connection ended');
      isOpen = false;
    });
    return {
      async subscribe(channel) {
        try {
          await redis.connect();
          await redis.subscribe(channel);
        } catch (error) {
          // A connection that fails says why in its event, and only that it is closed in what it rejects with.
          throw trouble ?? explainRedisError(error);
        }
      },
      async ping() {
        await redis.ping().catch((error: unknown) => {
          throw explainRedisError(error);
        });
      },
      destroy() {
        isOpen = false;
        redis.disconnect();
      },
    };
  };
}
