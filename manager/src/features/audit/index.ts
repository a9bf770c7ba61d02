export { auditFlawText } from './audit-chain.ts';
export { type CheckpointKeys, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
export { auditOperations } from './operations.ts';
export { type ChainVerdict, verifyAudit } from './verify-audit.ts';
