import type { Configuration } from '@fauna-flags/protocol';
import { requireConfirm } from '../../platform/http/index.ts';
import { type WriteDeps, writeEnvironment } from '../publishing/index.ts';
import { findConfiguration, toConfiguration } from './configuration.ts';
import { findFlag } from './find-flag.ts';
import type { ConfigurationChange } from './put-configuration.ts';
import { saveConfiguration } from './save-configuration.ts';

/**
 * Switches a flag on or off in one environment and touches nothing else. Needs no revision: a kill switch must work for
 * whoever pulls it, whatever somebody else is editing.
 */
export function toggleFlag(
  deps: WriteDeps,
  change: ConfigurationChange,
  { enabled }: { enabled: boolean },
): Promise<Configuration> {
  return writeEnvironment(deps, change, async (unit) => {
    const { tx, project, environment } = unit;
    const flag = await findFlag(tx, project, change.flag);
    const row = await findConfiguration(tx, { flagId: flag.id, environmentId: environment.id });
    const what = `switch flag "${flag.key}" in environment "${environment.key}"`;
    requireConfirm(change.confirm, what, [environment]);
    if (row.enabled === enabled) return toConfiguration(row, change);
    return saveConfiguration(unit, {
      action: 'configuration.toggle',
      flag: flag.key,
      row,
      columns: { enabled },
    });
  });
}
