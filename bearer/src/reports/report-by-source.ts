import type { SourceInUse } from '../status.ts';
import type { ReportSink } from './report-sink.ts';

/** Reports to where the bearer reads from: into the store, and to the fallback's side while the store is away. */
export function reportBySource({
  inUse,
  store,
  fallback,
}: {
  readonly inUse: () => SourceInUse;
  readonly store: ReportSink;
  readonly fallback: ReportSink;
}): ReportSink {
  return {
    report: (heartbeat) => (inUse() === 'store' ? store : fallback).report(heartbeat),
    async close() {
      await Promise.all([store.close(), fallback.close()]);
    },
  };
}
