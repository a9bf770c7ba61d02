import { heldBytesOf } from './held-bytes.ts';
import type { UsageRecord, UsageSink } from './usage-sink.ts';

/** How many records wait to be taken, and what they hold of memory together; beyond either the oldest are dropped. */
const recordsMax = 10_000;
const bytesMax = 8 * 1024 * 1024;

/** Usage in memory, until somebody takes it. */
export class MemoryUsageSink implements UsageSink {
  readonly #records: { readonly record: UsageRecord; readonly bytes: number }[] = [];
  #bytes = 0;

  record(record: UsageRecord): Promise<void> {
    const bytes = heldBytesOf(record);
    this.#records.push({ record, bytes });
    this.#bytes += bytes;
    while (this.#records.length > recordsMax || this.#bytes > bytesMax) this.take(1);
    return Promise.resolve();
  }

  /** What was recorded and not taken yet, oldest first; all of it, or the oldest `max`. */
  take(max = recordsMax): readonly UsageRecord[] {
    const taken = this.#records.splice(0, max);
    for (const { bytes } of taken) this.#bytes -= bytes;
    return taken.map(({ record }) => record);
  }
}
