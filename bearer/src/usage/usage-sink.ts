import type { UsageRecord } from '@fauna-flags/protocol';

export type { UsageRecord };

/**
 * Where evaluation counts go. Counting must never cost an evaluation: `record` may reject, and whoever calls it drops
 * the batch then. A sink keeps a bounded number of batches that it could not hand on, and drops the oldest.
 */
export interface UsageSink {
  record(record: UsageRecord): Promise<void>;
}
