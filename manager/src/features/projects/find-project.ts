import { Problem } from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { projects, type Queries } from '../../platform/database/index.ts';
import type { ProjectRow } from '../publishing/index.ts';

/** The project with this key, to be read; 404 when there is none. */
export async function findProject(queries: Queries, key: string): Promise<ProjectRow> {
  const [row] = await queries.select().from(projects).where(eq(projects.key, key));
  if (row === undefined) throw new Problem('not_found', `Cannot find project "${key}"`);
  return row;
}
