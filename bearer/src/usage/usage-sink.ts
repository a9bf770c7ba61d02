import type { UsageBatch } from '@fauna-flags/protocol';

/** A usage batch and whose it is. */
export interface UsageRecord {
  readonly environmentId: string;
  readonly keyId: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly batch: UsageBatch;
}

/**
 * Where evaluation counts go. Counting must never cost an evaluation: `record` may reject, and whoever calls it drops
 * the batch then. A sink keeps a bounded number of batches that it could not hand on, and drops the oldest.
 */
export interface UsageSink {
  record(record: UsageRecord): Promise<void>;
}
