import { Problem } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import { flags, type Queries } from '../../platform/database/index.ts';
import type { ProjectRow } from '../publishing/index.ts';
import type { FlagRow } from './flag.ts';

/** The flag with this key, archived or not; 404 when there is none. */
export async function findFlag(queries: Queries, project: ProjectRow, key: string): Promise<FlagRow> {
  const [row] = await queries
    .select()
    .from(flags)
    .where(and(eq(flags.projectId, project.id), eq(flags.key, key)));
  if (row === undefined) throw noSuchFlag(project, key);
  return row;
}

/** What is said of a flag that there is not. */
export function noSuchFlag(project: ProjectRow, key: string): Problem {
  return new Problem('not_found', `Cannot find flag "${key}" in project "${project.key}"`);
}
