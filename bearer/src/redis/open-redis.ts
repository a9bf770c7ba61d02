import { Redis } from 'ioredis';
import { type DriverOptions, loginOf, tlsFor } from './driver-options.ts';
import { findRedis, type WantedRedis } from './find-redis.ts';
import { nodeRedisConnector } from './node-redis-connector.ts';
import { parseRedisUrl, type RedisAddress } from './redis-address.ts';

/** How long a connection may take to come up. */
const connectMsMax = 2_000;

/** We leave at once: whoever ends a connection does not wait for what is under way, and a dead socket never answers. */
const disconnectMsMax = 0;

/**
 * Errors after which the server must be looked for again. A replica was the primary when it was connected to, before a
 * failover; its address may stand for the new one by now. A cluster may have moved our keys, or have lost this node.
 */
const isElsewhere = {
  single: /^READONLY/,
  sentinel: /^READONLY/,
  cluster: /^(READONLY|MOVED|CLUSTERDOWN)/,
} as const;

/**
 * Opens connections to one Redis, one each time that the answer is called. Nothing is queued while a connection is down, and
 * nothing is sent twice: whoever asks hears at once that Redis is away, and decides what that means. `options` say whether
 * and when a connection comes back.
 */
export function openRedis({
  address,
  wanted,
  random,
}: {
  readonly address: RedisAddress;
  readonly wanted: WantedRedis;
  readonly random: () => number;
}): (options: DriverOptions) => Redis {
  const shared: DriverOptions = {
    ...loginOf(address),
    ...placeOptions({ address, wanted, random }),
    connectTimeout: connectMsMax,
    disconnectTimeout: disconnectMsMax,
    enableOfflineQueue: false,
    // Zero, so that whatever was under way is rejected with the connection instead of waiting for the next one.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    // It would take the right to INFO, which a bearer has no other use for. A server that is loading says so by itself.
    enableReadyCheck: false,
    disableClientInfo: true,
    reconnectOnError: (error) => isElsewhere[address.layout].test(error.message),
  };
  return (options) => new Redis({ ...shared, ...options });
}

/** The address that settings hold. Throws when it is none, which settings have ruled out; shows nothing of it. */
export function readRedisAddress(url: string): RedisAddress {
  const address = parseRedisUrl(url);
  if (address === undefined) throw new Error('Cannot use the address of Redis: it is not one');
  return address;
}

function placeOptions({
  address,
  wanted,
  random,
}: {
  readonly address: RedisAddress;
  readonly wanted: WantedRedis;
  readonly random: () => number;
}): DriverOptions {
  if (address.layout === 'single')
    return { ...address.place, db: address.database, ...tlsFor(address, address.place) };
  return {
    ...(address.layout === 'sentinel' ? { db: address.database } : {}),
    // Whether there is TLS decides for which event of the socket the driver waits.
    ...(address.tls ? { tls: {} } : {}),
    Connector: nodeRedisConnector({
      find: findRedis({ address, wanted, random }),
      tls: address.tls,
      disconnectMsMax,
    }),
  };
}
