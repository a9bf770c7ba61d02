import type { Environment } from '@fauna-flags/protocol';
import type { EnvironmentRow } from '../publishing/index.ts';

/** An environment as answers and the audit trail carry it. */
export function toEnvironment(row: EnvironmentRow, project: string): Environment {
  return {
    id: row.id,
    project,
    key: row.key,
    name: row.name,
    confirmChanges: row.confirmChanges,
    signedContexts: row.signedContexts,
    unsignedAttributes: [...row.unsignedAttributes],
    version: row.version,
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
