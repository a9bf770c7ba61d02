import type { Configuration, PutConfiguration } from '@fauna-flags/protocol';
import { type Actor, type IfMatch, requireConfirm, requireRevision } from '../../platform/http/index.ts';
import { type WriteDeps, writeEnvironment } from '../publishing/index.ts';
import { findFlagConfiguration, toConfiguration } from './configuration.ts';
import { replaceConfiguration } from './replace-configuration.ts';

/** Which configuration is changed, and by whom. */
export interface ConfigurationChange {
  readonly actor: Actor;
  readonly project: string;
  readonly flag: string;
  readonly environment: string;
  readonly confirm: string | undefined;
}

/** Replaces a flag's configuration in one environment; `enabled` stays as it is when the input leaves it out. */
export function putConfiguration(
  deps: WriteDeps,
  change: ConfigurationChange & { readonly ifMatch: IfMatch },
  input: PutConfiguration,
): Promise<Configuration> {
  return writeEnvironment(deps, change, async (unit) => {
    const { tx, environment } = unit;
    const { flag, row } = await findFlagConfiguration(tx, unit, change.flag);
    const what = `configure flag "${flag.key}" in environment "${environment.key}"`;
    requireRevision(change.ifMatch, what, toConfiguration(row, change));
    requireConfirm(change.confirm, what, [environment]);
    return replaceConfiguration(deps, unit, { what, action: 'configuration.update', flag, row, input });
  });
}
