export { auditFlawText } from './audit-chain.ts';
export { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
export { auditOperations } from './operations.ts';
export { type ChainVerdict, verifyAudit } from './verify-audit.ts';
