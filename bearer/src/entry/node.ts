/** What only Node knows: the front door `@fauna-flags/bearer/node`. */
export { nodeClock } from './node-clock.ts';
export { nodeCrypto } from './node-crypto.ts';
