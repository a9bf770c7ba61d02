import type { UsageRecord } from '@fauna-flags/protocol';

export type { UsageRecord };

/**
 * Where usage goes. Counting must never cost an evaluation: `record` may reject, and whoever calls it drops the record
 * then. A sink keeps a bounded number of records that it could not hand on, and drops the oldest. One that keeps some has
 * `close`, which tries once more to hand on what is left and never rejects.
 */
export interface UsageSink {
  record(record: UsageRecord): Promise<void>;
  close?(): Promise<void>;
}
