import type { UsageRecord, UsageSink } from './usage-sink.ts';

/** More than come by while a record can be on its way round. */
const passedMax = 20_000;

/**
 * Hands on what bearers behind this one tell of usage; rejects when the sink does not take it, and what it has not taken
 * may come again. Bearers may read from one another in a circle while each is the other's fallback: a record that has
 * passed once does not pass again.
 */
export class UsageRelay {
  readonly #sink: UsageSink;
  readonly #passed = new Set<string>();

  constructor(sink: UsageSink) {
    this.#sink = sink;
  }

  async pass(records: readonly UsageRecord[]): Promise<void> {
    for (const record of records) {
      // Without a name it might go round for ever; every bearer that posts gives one.
      if (record.id === undefined || this.#passed.has(record.id)) continue;
      await this.#sink.record(record);
      this.#passed.add(record.id);
      const [oldest] = this.#passed;
      if (this.#passed.size > passedMax && oldest !== undefined) this.#passed.delete(oldest);
    }
  }
}
