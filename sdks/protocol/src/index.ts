export * from './canonical-json.ts';
export * from './key-registry.ts';
export * from './management/index.ts';
export * from './names.ts';
export * from './problem.ts';
export * from './ruleset.ts';
export * from './snapshot.ts';
export * from './store-keys.ts';
