import type { Configuration, CopyConfiguration } from '@fauna-flags/protocol';
import { asc, eq } from 'drizzle-orm';
import { environments } from '../../platform/database/index.ts';
import { type IfMatch, requireConfirm, requireRevision, unfit } from '../../platform/http/index.ts';
import {
  type EnvironmentRow,
  type EnvironmentUnit,
  type WriteDeps,
  writeEnvironment,
} from '../publishing/index.ts';
import { oneOf } from '../targeting/index.ts';
import { findFlagConfiguration, toConfiguration } from './configuration.ts';
import type { ConfigurationChange } from './put-configuration.ts';
import { inputOf, replaceConfiguration } from './replace-configuration.ts';

/**
 * Makes a flag's configuration what it is in another environment, the ids of rules included, so that both are the same in
 * evaluations too. Whether the flag is on stays as it is, unless it is asked for: what is to be tried out is copied first
 * and switched on then.
 */
export function copyConfiguration(
  deps: WriteDeps,
  change: ConfigurationChange & { readonly ifMatch: IfMatch },
  { from, includeEnabled = false }: CopyConfiguration,
): Promise<Configuration> {
  return writeEnvironment(deps, change, async (unit) => {
    const { tx, environment } = unit;
    const { flag, row } = await findFlagConfiguration(tx, unit, change.flag);
    const what = `copy flag "${flag.key}" from environment "${from}" to "${environment.key}"`;
    if (change.ifMatch !== undefined) requireRevision(change.ifMatch, what, toConfiguration(row, change));
    requireConfirm(change.confirm, what, [environment]);
    const source = await findSource(unit, { from, what });
    // Not locked: what is read is what was committed, and what its writers do next is theirs.
    const { row: copied } = await findFlagConfiguration(tx, { ...unit, environment: source }, change.flag);
    return replaceConfiguration(deps, unit, {
      ...{ what, action: 'configuration.copy', flag, row },
      input: inputOf(toConfiguration(copied, { flag: flag.key, environment: from }), { includeEnabled }),
      source: { environment: from, revision: copied.revision },
    });
  });
}

async function findSource(
  { tx, project, environment }: EnvironmentUnit,
  { from, what }: { readonly from: string; readonly what: string },
): Promise<EnvironmentRow> {
  const rows = await tx
    .select()
    .from(environments)
    .where(eq(environments.projectId, project.id))
    .orderBy(asc(environments.place));
  const others = rows.filter(({ id }) => id !== environment.id);
  const source = others.find(({ key }) => key === from);
  if (source !== undefined) return source;
  const wrong =
    from === environment.key
      ? 'must be another environment'
      : `names no environment of the project: "${from}"`;
  const message = `${wrong}; it could be ${oneOf(others.map(({ key }) => key))}`;
  throw unfit({ what, path: 'from', message });
}
