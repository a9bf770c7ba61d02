/** What only Node knows: the front door `@fauna-flags/bearer/node`. */

// For whoever mounts a bearer: what stands in one registry with it is answered together.
export { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
export { metricsResponse } from '../metrics/metrics-response.ts';
export { type PrometheusMeter, prometheusMeter } from '../metrics/prometheus-meter.ts';
export {
  clientAddress,
  noTrustedProxies,
  plainAddress,
  type TrustedProxies,
} from '../middleware/client-address.ts';
export { explainRedisError } from '../redis/explain-redis-error.ts';
export { RedisLink } from '../redis/redis-link.ts';
export { redisSources } from '../redis/redis-sources.ts';
export { endOnSignal } from './end-on-signal.ts';
export { isKnownSecret, knownSecretMessage } from './known-secret.ts';
export { nodeClock } from './node-clock.ts';
export { nodeCrypto } from './node-crypto.ts';
export { listen, type RunningServer } from './node-server.ts';
export {
  absentWhenEmpty,
  isWholeAddress,
  type LogLevel,
  parseSettings,
  sharedSettings,
} from './node-settings.ts';
export { pinoLog } from './pino-log.ts';
export { StartError } from './start-error.ts';
export { type StoreAddress, storeIn, storeSettings, withOneStore } from './store-settings.ts';
export { parseTrustedProxies } from './trusted-proxies.ts';
