import type { UsageRecord, UsageSink } from './usage-sink.ts';

/** How many batches wait to be taken; beyond it the oldest is dropped. */
const recordsMax = 10_000;

/** Usage batches in memory, until somebody takes them. */
export class MemoryUsageSink implements UsageSink {
  #records: UsageRecord[] = [];

  record(record: UsageRecord): Promise<void> {
    if (this.#records.length === recordsMax) this.#records.shift();
    this.#records.push(record);
    return Promise.resolve();
  }

  /** Everything recorded since the last call, oldest first. */
  take(): readonly UsageRecord[] {
    const taken = this.#records;
    this.#records = [];
    return taken;
  }
}
