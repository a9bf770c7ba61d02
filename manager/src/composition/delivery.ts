/*
 * How changes get from this manager to SDKs: through memory to a bearer in the same process, or through a store to bearers
 * in processes of their own. Nothing else in the manager knows the difference.
 */
import { hostname } from 'node:os';
import {
  type BearerStatus,
  createBearer,
  MemoryReports,
  MemoryShelf,
  MemoryUsageSink,
  makeBearerId,
  memorySources,
} from '@fauna-flags/bearer';
import {
  explainRedisError,
  nodeClock,
  nodeCrypto,
  pinoLog,
  prometheusMeter,
  RedisLink,
  type Registry,
  type StoreAddress,
  type TrustedProxies,
} from '@fauna-flags/bearer/node';
import { re2Regex } from '@fauna-flags/core/re2';
import type { Logger } from 'pino';
import {
  memoryStore,
  type PublishStore,
  redisCommands,
  redisStore,
  type StoreCommands,
  upstashCommands,
} from '../features/publishing/index.ts';
import { memoryUsageSource, storeUsageSource, type UsageSource } from '../features/usage/index.ts';
import type { Fetch } from '../platform/fetch.ts';
import { bearersElsewhere } from './bearers-elsewhere.ts';

/** One way of delivery. */
export interface Delivery {
  readonly mode: 'all-in-one' | 'separate';
  /** Where the publisher puts what is to be delivered. */
  readonly store: PublishStore;
  /** Where what bearers tell of usage waits; it ends with the store. */
  readonly usage: UsageSource;
  /** Starts to answer the paths of bearers, once the store has been filled. */
  serve(): BearerSide;
}

/** What this process does for the paths that belong to bearers. */
export interface BearerSide {
  readonly fetch: Fetch;
  /** How the bearer of this process does, if there is one. */
  status(): BearerStatus | undefined;
  /** All that the registry holds, with how the bearer of this process does; absent where there is none. */
  readonly metricsText: (() => Promise<string>) | undefined;
  /** Says goodbye to every open stream, and ends it. */
  drain(): Promise<void>;
}

/** By way of the store that settings name, else within this process. */
export function createDelivery({
  store,
  log,
  ...mounted
}: MountedBearer & { readonly store?: StoreAddress | undefined }): Delivery {
  return store === undefined ? withinProcess({ log, ...mounted }) : throughStore(store, log);
}

/** What a bearer in the manager's own process takes from its settings. */
interface MountedBearer {
  readonly log: Logger;
  readonly trustedProxies: TrustedProxies;
  /** Where the bearer counts, too. */
  readonly registry: Registry;
}

function withinProcess({ log, trustedProxies, registry }: MountedBearer): Delivery {
  const shelf = new MemoryShelf();
  const reports = new MemoryReports(nodeClock);
  const usage = new MemoryUsageSink();
  return {
    mode: 'all-in-one',
    store: memoryStore(shelf, reports),
    usage: memoryUsageSource(usage),
    serve() {
      const meter = prometheusMeter(registry);
      const bearer = createBearer({
        ...memorySources(shelf),
        usage,
        clock: nodeClock,
        random: Math.random,
        crypto: nodeCrypto,
        regex: re2Regex(),
        log: pinoLog(log),
        meter,
        trustedProxies,
        reports: {
          id: makeBearerId({ hostName: hostname(), random: Math.random }),
          runtime: 'node',
          sink: reports,
        },
      });
      return {
        fetch: bearer.app.fetch,
        status: () => bearer.status(),
        metricsText: () => meter.text(bearer.status()),
        drain: () => bearer.close(),
      };
    },
  };
}

function throughStore(store: StoreAddress, log: Logger): Delivery {
  const commands = commandsOf(store, log);
  return {
    mode: 'separate',
    store: redisStore(commands),
    usage: storeUsageSource(commands),
    serve: () => ({
      fetch: bearersElsewhere,
      metricsText: undefined,
      status: () => undefined,
      drain: async () => {},
    }),
  };
}

/** The store that settings name, for what only reads it; whoever opens it closes it. */
export function openStore(store: StoreAddress, log: Logger): PublishStore {
  return redisStore(commandsOf(store, log));
}

function commandsOf(store: StoreAddress, log: Logger): StoreCommands {
  switch (store.kind) {
    case 'redis': {
      const link = { purpose: 'publishing', clock: nodeClock, random: Math.random, log: pinoLog(log) };
      return redisCommands(new RedisLink({ ...link, url: store.url }));
    }
    case 'upstash':
      return upstashCommands({ url: store.url, token: store.token, explain: explainRedisError });
  }
}
