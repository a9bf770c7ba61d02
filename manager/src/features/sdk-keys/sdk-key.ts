import type { SdkKey } from '@fauna-flags/protocol';
import type { sdkKeys } from '../../platform/database/index.ts';

/** An SDK key as the database holds it. */
export type SdkKeyRow = typeof sdkKeys.$inferSelect;

/** An SDK key as lists and the audit trail carry it: a client key's text is public, a server key's is nowhere. */
export function toSdkKey(row: SdkKeyRow, environment: string, now: Date): SdkKey {
  return {
    id: row.id,
    environment,
    name: row.name,
    kind: row.kind,
    ...(row.clientText === null ? {} : { key: row.clientText }),
    prefix: row.prefix,
    last4: row.last4,
    origins: [...row.origins],
    expiresAt: row.expiresAt?.toISOString() ?? null,
    state: stateOf(row, now),
    replacedBy: row.replacedBy,
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** What a key is good for now. Time alone moves it on, so that it is told anew in every answer and stored nowhere. */
export function stateOf(row: SdkKeyRow, now: Date): SdkKey['state'] {
  if (row.state === 'revoked') return 'revoked';
  if (row.expiresAt !== null && row.expiresAt <= now) return 'expired';
  return row.replacedBy === null ? 'active' : 'grace';
}
