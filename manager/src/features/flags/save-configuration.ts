import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import { flagConfigurations } from '../../platform/database/index.ts';
import { type EnvironmentUnit, rulesetFlag as seen } from '../publishing/index.ts';
import { type ConfigurationRow, toConfiguration } from './configuration.ts';
import type { FlagRow } from './flag.ts';

/** The columns of a configuration that people change. */
type ConfigurationColumns = Partial<
  Omit<ConfigurationRow, 'flagId' | 'environmentId' | 'revision' | 'updatedAt'>
>;

/** Writes the changed columns of a configuration, one revision further, and records it; answers what it is now. */
export function saveConfiguration(
  { tx, later, at, environment, record }: EnvironmentUnit,
  {
    action,
    flag,
    row,
    columns,
  }: {
    readonly action: 'configuration.update' | 'configuration.toggle';
    readonly flag: FlagRow;
    readonly row: ConfigurationRow;
    readonly columns: ConfigurationColumns;
  },
): Configuration {
  const where = { flag: flag.key, environment: environment.key };
  const set = { ...columns, revision: row.revision + 1, updatedAt: at };
  later(
    tx
      .update(flagConfigurations)
      .set(set)
      .where(
        and(
          eq(flagConfigurations.flagId, row.flagId),
          eq(flagConfigurations.environmentId, row.environmentId),
        ),
      ),
  );
  const after = toConfiguration({ ...row, ...set }, where);
  record({
    action,
    entity: { kind: 'flag', key: flag.key },
    environment: environment.key,
    before: toConfiguration(row, where),
    after,
    isSeen: flag.archivedAt === null && !isDeepStrictEqual(seen(flag, row), seen(flag, { ...row, ...set })),
  });
  return after;
}
