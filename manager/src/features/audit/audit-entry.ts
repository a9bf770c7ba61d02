import type { AuditEntry, InstallationAuditEntry } from '@fauna-flags/protocol';
import type { auditEntries } from '../../platform/database/index.ts';

/** A row of the trail, beside the key of its project where that exists. */
export interface AuditRow {
  readonly entry: typeof auditEntries.$inferSelect;
  readonly projectKey: string | null;
}

/** An entry as a project's trail answers it. */
export function toAuditEntry({ entry }: AuditRow): AuditEntry {
  return {
    id: String(entry.id),
    at: entry.at.toISOString(),
    actor: entry.actor,
    address: entry.address,
    token: entry.token,
    action: entry.action,
    entity: { kind: entry.entityKind, key: entry.entityKey },
    environment: entry.environment,
    before: entry.before,
    after: entry.after,
    seq: entry.seq,
    hash: Buffer.from(entry.hash).toString('hex'),
  };
}

/** An entry as the trail of the installation answers it. */
export function toInstallationAuditEntry(row: AuditRow): InstallationAuditEntry {
  const { projectId } = row.entry;
  return {
    ...toAuditEntry(row),
    project: projectId === null ? null : { id: projectId, key: row.projectKey },
  };
}
