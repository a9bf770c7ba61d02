/** What only Node knows: the front door `@fauna-flags/bearer/node`. */
export { RedisLink } from '../redis/redis-link.ts';
export { type RedisSources, redisSources } from '../redis/redis-sources.ts';
export { nodeClock } from './node-clock.ts';
export { nodeCrypto } from './node-crypto.ts';
