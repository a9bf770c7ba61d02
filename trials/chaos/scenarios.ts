import { badNetwork } from './bad-network.ts';
import { deafReaders, malformedRequests, poisonedRulesets, revokedKey, slowloris } from './malice.ts';
import { clientBroadcast, idleStreams, serverBroadcast } from './many-streams.ts';
import { darkRestart, flushes, postgresKilled, redisFrozen, redisKilled } from './outages.ts';
import { halfDies, killAndReturn, longerDown } from './reconnects.ts';
import type { Scenario } from './scenario.ts';
import { spoofedAddresses } from './shared-addresses.ts';

/** All of them, in their order. */
export const scenarios: readonly Scenario[] = [
  idleStreams,
  serverBroadcast,
  clientBroadcast,
  killAndReturn,
  longerDown,
  halfDies,
  redisKilled,
  redisFrozen,
  flushes,
  postgresKilled,
  darkRestart,
  malformedRequests,
  slowloris,
  deafReaders,
  poisonedRulesets,
  revokedKey,
  badNetwork,
  spoofedAddresses,
];
