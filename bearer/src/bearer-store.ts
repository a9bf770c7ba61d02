import type { HintedSources } from './hints/hinted-sources.ts';
import type { ReportSink } from './reports/report-sink.ts';
import type { UsageSink } from './usage/usage-sink.ts';

/** All that a bearer has to do with a store: what it reads there, and what it tells, over the same connections. */
export interface BearerStore extends HintedSources {
  readonly reportSink: ReportSink;
  readonly usage: UsageSink;
}
