import type { Configuration } from '@fauna-flags/protocol';
import { requireConfirm } from '../../platform/http/index.ts';
import { type WriteDeps, writeConfiguration } from '../publishing/index.ts';
import { findFlagConfiguration, toConfiguration } from './configuration.ts';
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
  return writeConfiguration(deps, change, async (unit) => {
    const { tx, environment } = unit;
    const { flag, row } = await findFlagConfiguration(tx, unit, change.flag);
    const what = `switch flag "${flag.key}" in environment "${environment.key}"`;
    requireConfirm(change.confirm, what, [environment]);
    if (row.enabled === enabled) return toConfiguration(row, change);
    return saveConfiguration(unit, {
      action: 'configuration.toggle',
      flag,
      row,
      columns: { enabled },
    });
  });
}
