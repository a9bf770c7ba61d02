import { positionOf, type Snapshot } from '@fauna-flags/protocol';
import type { StoredDocuments } from '../../../bearer/src/hints/hinted-sources.ts';
import type { Machine } from './machine.ts';
import type { SimulatedRedis } from './simulated-redis.ts';

/** Reads a simulated Redis as one bearer does. `arrive` is what the way does to a snapshot. */
export function readOver(
  bearer: Machine,
  redis: SimulatedRedis,
  arrive: (snapshot: Snapshot) => Snapshot = (snapshot) => snapshot,
): StoredDocuments {
  return {
    async read(documentId) {
      const snapshot = await redis.call(bearer, () => redis.read(documentId));
      return snapshot && arrive(snapshot);
    },
    async position(documentId) {
      const snapshot = await redis.call(bearer, () => redis.read(documentId));
      return snapshot && positionOf(snapshot);
    },
  };
}
