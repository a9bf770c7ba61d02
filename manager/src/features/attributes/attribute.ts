import type { Attribute } from '@fauna-flags/protocol';
import type { attributes } from '../../platform/database/index.ts';

/** An attribute as the database holds it. */
export type AttributeRow = typeof attributes.$inferSelect;

/** An attribute as answers and the audit trail carry it. */
export function toAttribute(row: AttributeRow, project: string): Attribute {
  return {
    id: row.id,
    project,
    key: row.key,
    type: row.type,
    name: row.name,
    description: row.description,
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
