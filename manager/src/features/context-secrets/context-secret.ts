import type { ContextSecret } from '@fauna-flags/protocol';
import type { contextSecrets } from '../../platform/database/index.ts';

/** A context secret as the database holds it. */
export type ContextSecretRow = typeof contextSecrets.$inferSelect;

/** A context secret as answers and the audit trail carry it: without the secret itself. */
export function toContextSecret(row: ContextSecretRow, environment: string): ContextSecret {
  return { kid: row.kid, environment, revision: 1, createdAt: row.createdAt.toISOString() };
}
