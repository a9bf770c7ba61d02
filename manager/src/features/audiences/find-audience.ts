import { Problem } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import { audiences, type Queries } from '../../platform/database/index.ts';
import type { ProjectRow } from '../publishing/index.ts';
import type { AudienceRow } from './audience.ts';

/** The audience with this key; 404 when there is none. */
export async function findAudience(queries: Queries, project: ProjectRow, key: string): Promise<AudienceRow> {
  const [row] = await queries
    .select()
    .from(audiences)
    .where(and(eq(audiences.projectId, project.id), eq(audiences.key, key)));
  if (row === undefined) {
    throw new Problem('not_found', `Cannot find audience "${key}" in project "${project.key}"`);
  }
  return row;
}
