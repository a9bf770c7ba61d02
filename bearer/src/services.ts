import type { Clock } from './clock.ts';
import type { BearerLimits } from './config.ts';
import type { BearerCrypto } from './crypto.ts';
import type { DocumentFollower } from './documents/document-follower.ts';
import type { KeyRing } from './keys/key-ring.ts';
import type { Log } from './log.ts';
import type { Meter } from './metrics/meter.ts';
import type { TrustedProxies } from './middleware/client-address.ts';
import type { Environments } from './rulesets/environments.ts';
import type { Streams } from './streams/streams.ts';
import type { KeyUses } from './usage/key-uses.ts';
import type { UsageBatches } from './usage/usage-batches.ts';

/** What every route of one bearer shares. */
export interface Services {
  readonly keys: DocumentFollower<KeyRing>;
  readonly environments: Environments;
  readonly streams: Streams;
  readonly usageBatches: UsageBatches;
  readonly keyUses: KeyUses;
  readonly clock: Clock;
  readonly crypto: BearerCrypto;
  readonly log: Log;
  readonly limits: BearerLimits;
  readonly meter: Meter;
  readonly trustedProxies: TrustedProxies;
}
