export { postgresHeartbeats, withHeartbeatsOf } from './bearer-heartbeats.ts';
export { bumpAllEpochs, bumpEpoch } from './bump-epochs.ts';
export { ensureKeyRegistry } from './ensure-key-registry.ts';
export { KnownRulesets } from './known-rulesets.ts';
export { rulesetFlag } from './load-ruleset.ts';
export { memoryStore } from './memory-store.ts';
export { otherDatabase } from './other-database.ts';
export { outboxLibrary } from './outbox-library.ts';
export { postgresOutbox } from './postgres-outbox.ts';
export type { PublishStore } from './publish-store.ts';
export { type Publisher, startPublisher } from './publisher.ts';
export { redisCommands } from './redis-commands.ts';
export { redisStore } from './redis-store.ts';
export { signedDelivery } from './signed-delivery.ts';
export { snapshotSigner } from './snapshot-signer.ts';
export type { StoreCommands } from './store-commands.ts';
export type {
  AsideUnit,
  EnvironmentRow,
  EnvironmentUnit,
  ProjectRow,
  ProjectUnit,
  Unit,
  WriteDeps,
} from './unit.ts';
export { upstashCommands } from './upstash-commands.ts';
export { writeAside, writeEnvironment, writeInstallation, writeNewProject, writeProject } from './write.ts';
export { writeConfiguration } from './write-configuration.ts';
