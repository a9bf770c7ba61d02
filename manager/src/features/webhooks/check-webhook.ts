import { Problem, type ProblemError } from '@fauna-flags/protocol';
import { and, eq, inArray } from 'drizzle-orm';
import { environments, type Queries } from '../../platform/database/index.ts';
import type { Egress } from '../../platform/egress/index.ts';
import type { ProjectRow } from '../publishing/index.ts';

/** Refuses an address that nothing may be sent to, and environments that the project does not have. */
export async function checkWebhook(
  { tx, egress, project, what }: { tx: Queries; egress: Egress; project: ProjectRow; what: string },
  {
    url,
    environments: keys,
  }: { url?: string | undefined; environments?: readonly string[] | null | undefined },
): Promise<void> {
  const errors: ProblemError[] = [];
  const wrong = url === undefined ? undefined : egress.check(url);
  if (wrong !== undefined) errors.push({ path: 'url', message: wrong });
  if (keys !== undefined && keys !== null) errors.push(...(await unknownEnvironments(tx, project, keys)));
  const [first] = errors;
  if (first === undefined) return;
  throw new Problem('unprocessable', `Cannot ${what}: "${first.path}" ${first.message}`, { errors });
}

async function unknownEnvironments(
  tx: Queries,
  project: ProjectRow,
  keys: readonly string[],
): Promise<ProblemError[]> {
  const rows = await tx
    .select({ key: environments.key })
    .from(environments)
    .where(and(eq(environments.projectId, project.id), inArray(environments.key, [...keys])));
  const known = new Set(rows.map(({ key }) => key));
  return keys.flatMap((key, place) =>
    known.has(key)
      ? []
      : [
          {
            path: `environments[${place}]`,
            message: `must be an environment of project "${project.key}": "${key}" is none`,
          },
        ],
  );
}
