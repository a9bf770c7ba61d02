/** The front door of the bearer: one portable application, and the ports that a runtime fills. */
export { bearerPrefixes } from './app.ts';
export { type Bearer, type BearerDeps, createBearer } from './bearer.ts';
export type { Clock } from './clock.ts';
export { type BearerLimits, defaultBearerLimits } from './config.ts';
export type { BearerCrypto, SealOptions } from './crypto.ts';
export type { DocumentStatus, SourceState } from './documents/document-follower.ts';
export { MemoryCopies } from './documents/memory-copies.ts';
export { MemoryShelf, memorySources } from './documents/memory-shelf.ts';
export type { ApplyAttempt, SnapshotCopies } from './documents/snapshot-copies.ts';
export type { KeySource } from './keys/key-source.ts';
export type { Log, LogFields } from './log.ts';
export { MemoryReports } from './reports/memory-reports.ts';
export type { ReportSink } from './reports/report-sink.ts';
export type { RulesetSource } from './rulesets/ruleset-source.ts';
export type { BearerStatus, EnvironmentStatus } from './status.ts';
export { MemoryUsageSink } from './usage/memory-usage-sink.ts';
export type { UsageRecord, UsageSink } from './usage/usage-sink.ts';
