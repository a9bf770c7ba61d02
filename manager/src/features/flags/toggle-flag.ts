import type { Configuration } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import { flagConfigurations } from '../../platform/database/index.ts';
import { requireConfirm } from '../../platform/http/index.ts';
import { type WriteDeps, writeEnvironment } from '../publishing/index.ts';
import { findConfiguration, toConfiguration } from './configuration.ts';
import { findFlag } from './find-flag.ts';
import type { ConfigurationChange } from './put-configuration.ts';

/**
 * Switches a flag on or off in one environment and touches nothing else. Needs no revision: a kill switch must work for
 * whoever pulls it, whatever somebody else is editing.
 */
export function toggleFlag(
  deps: WriteDeps,
  change: ConfigurationChange,
  { enabled }: { enabled: boolean },
): Promise<Configuration> {
  return writeEnvironment(deps, change, async ({ tx, at, project, environment, record }) => {
    const flag = await findFlag(tx, project, change.flag);
    const row = await findConfiguration(tx, { flagId: flag.id, environmentId: environment.id });
    const what = `switch flag "${flag.key}" in environment "${environment.key}"`;
    requireConfirm(change.confirm, what, [environment]);
    const before = toConfiguration(row, change);
    if (row.enabled === enabled) return before;
    const set = { enabled, revision: row.revision + 1, updatedAt: at };
    await tx
      .update(flagConfigurations)
      .set(set)
      .where(
        and(eq(flagConfigurations.flagId, flag.id), eq(flagConfigurations.environmentId, environment.id)),
      );
    const after = toConfiguration({ ...row, ...set }, change);
    record({
      action: 'configuration.toggle',
      entity: { kind: 'flag', key: flag.key },
      environment: environment.key,
      before,
      after,
    });
    return after;
  });
}
