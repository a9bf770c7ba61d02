import type { Project } from '@fauna-flags/protocol';
import type { ProjectRow } from '../publishing/index.ts';

/** A project as answers and the audit trail carry it. */
export function toProject(row: ProjectRow): Project {
  return {
    id: row.id,
    key: row.key,
    name: row.name,
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
