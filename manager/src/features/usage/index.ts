export type { KeptUsage } from './keep-usage.ts';
export { memoryUsageSource } from './memory-usage-source.ts';
export { usageOperations } from './operations.ts';
export { readKeyUses } from './read-key-uses.ts';
export { storeUsageSource } from './store-usage-source.ts';
export { UsageCollector } from './usage-collector.ts';
export type { UsageSource } from './usage-source.ts';
