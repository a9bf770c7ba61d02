import { Problem } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import { attributes, type Queries } from '../../platform/database/index.ts';
import type { ProjectRow } from '../publishing/index.ts';
import type { AttributeRow } from './attribute.ts';

/** The attribute with this key; 404 when there is none. */
export async function findAttribute(
  queries: Queries,
  project: ProjectRow,
  key: string,
): Promise<AttributeRow> {
  const [row] = await queries
    .select()
    .from(attributes)
    .where(and(eq(attributes.projectId, project.id), eq(attributes.key, key)));
  if (row === undefined) {
    throw new Problem('not_found', `Cannot find attribute "${key}" in project "${project.key}"`);
  }
  return row;
}
