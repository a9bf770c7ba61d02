import type { Configuration, RestoreConfiguration } from '@fauna-flags/protocol';
import { type IfMatch, requireConfirm, requireRevision } from '../../platform/http/index.ts';
import { type WriteDeps, writeEnvironment } from '../publishing/index.ts';
import { findFlagConfiguration, toConfiguration } from './configuration.ts';
import { findVersions, noSuchRevision } from './configuration-history.ts';
import type { ConfigurationChange } from './put-configuration.ts';
import { inputOf, replaceConfiguration } from './replace-configuration.ts';

/**
 * Makes a new revision of a configuration out of an earlier one. It is judged like any other: what it refers to may be gone.
 *
 * Whether the flag is on stays as it is, unless it is asked for: whoever goes back to yesterday's rules must not undo a
 * kill switch that somebody has pulled since, nor take from everybody what was only off yesterday.
 */
export function restoreConfiguration(
  deps: WriteDeps,
  change: ConfigurationChange & { readonly ifMatch: IfMatch },
  { revision, includeEnabled = false }: RestoreConfiguration,
): Promise<Configuration> {
  return writeEnvironment(deps, change, async (unit) => {
    const { tx, project, environment } = unit;
    const { flag, row } = await findFlagConfiguration(tx, unit, change.flag);
    const what = `restore revision ${revision} of flag "${flag.key}" in environment "${environment.key}"`;
    if (change.ifMatch !== undefined) requireRevision(change.ifMatch, what, toConfiguration(row, change));
    requireConfirm(change.confirm, what, [environment]);
    const subject = { projectId: project.id, where: change, row };
    const [version] = await findVersions(tx, subject, [revision]);
    if (version === undefined) throw noSuchRevision(subject, revision, 'unprocessable', 'revision');
    return replaceConfiguration(deps, unit, {
      ...{ what, action: 'configuration.restore', flag, row },
      input: inputOf(version.configuration, { includeEnabled }),
      source: { environment: environment.key, revision },
    });
  });
}
