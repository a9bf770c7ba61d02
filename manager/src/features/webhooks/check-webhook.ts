import { and, eq, inArray } from 'drizzle-orm';
import { environments, type Queries } from '../../platform/database/index.ts';
import type { Egress } from '../../platform/egress/index.ts';
import { type Findings, findings } from '../../platform/http/index.ts';
import type { ProjectRow } from '../publishing/index.ts';

/** Refuses an address that nothing may be sent to, and environments that the project does not have. */
export async function checkWebhook(
  { tx, egress, project, what }: { tx: Queries; egress: Egress; project: ProjectRow; what: string },
  {
    url,
    environments: keys,
  }: { url?: string | undefined; environments?: readonly string[] | null | undefined },
): Promise<void> {
  const found = findings();
  const wrong = url === undefined ? undefined : egress.check(url);
  if (wrong !== undefined) found.add('url', wrong);
  if (keys !== undefined && keys !== null) await findUnknown({ tx, project, keys, found });
  found.throwIfAny(what);
}

async function findUnknown({
  tx,
  project,
  keys,
  found,
}: {
  readonly tx: Queries;
  readonly project: ProjectRow;
  readonly keys: readonly string[];
  readonly found: Findings;
}): Promise<void> {
  const rows = await tx
    .select({ key: environments.key })
    .from(environments)
    .where(and(eq(environments.projectId, project.id), inArray(environments.key, [...keys])));
  const known = new Set(rows.map(({ key }) => key));
  for (const [place, key] of keys.entries())
    if (!known.has(key))
      found.add(
        `environments[${place}]`,
        `must be an environment of project "${project.key}": "${key}" is none`,
      );
}
