export * from './access.ts';
export * from './delivery.ts';
export * from './flags.ts';
export * from './projects.ts';
export * from './records.ts';
export * from './usage.ts';
export * from './webhooks.ts';
