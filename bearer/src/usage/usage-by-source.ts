import type { SourceInUse } from '../status.ts';
import type { UsageSink } from './usage-sink.ts';

/** Hands usage to where the bearer reads from: into the store, and to the fallback's side while the store is away. */
export function usageBySource({
  inUse,
  store,
  fallback,
}: {
  readonly inUse: () => SourceInUse;
  readonly store: UsageSink;
  readonly fallback: UsageSink;
}): UsageSink {
  return {
    record: (record) => (inUse() === 'store' ? store : fallback).record(record),
    async close() {
      await Promise.all([store.close?.(), fallback.close?.()]);
    },
  };
}
