import type { Audience } from '@fauna-flags/protocol';
import type { audiences } from '../../platform/database/index.ts';

/** An audience as the database holds it. */
export type AudienceRow = typeof audiences.$inferSelect;

/** An audience as answers and the audit trail carry it. */
export function toAudience(row: AudienceRow, project: string): Audience {
  return {
    id: row.id,
    project,
    key: row.key,
    name: row.name,
    description: row.description,
    match: row.match,
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
