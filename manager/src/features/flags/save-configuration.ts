import { isDeepStrictEqual } from 'node:util';
import type { Configuration, ConfigurationSource } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import { flagConfigurations } from '../../platform/database/index.ts';
import { type EnvironmentUnit, rulesetFlag as seen } from '../publishing/index.ts';
import { type ConfigurationRow, toConfiguration } from './configuration.ts';
import type { FlagRow } from './flag.ts';

/** How a configuration comes to a new revision, as the audit trail says it. */
export type ConfigurationAction = `configuration.${'update' | 'toggle' | 'restore' | 'copy'}`;

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
    source,
  }: {
    readonly action: ConfigurationAction;
    readonly flag: FlagRow;
    readonly row: ConfigurationRow;
    readonly columns: ConfigurationColumns;
    /** What it was made from; told in the audit trail. */
    readonly source?: ConfigurationSource | undefined;
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
    after: source === undefined ? after : { ...after, source },
    isSeen: flag.archivedAt === null && !isDeepStrictEqual(seen(flag, row), seen(flag, { ...row, ...set })),
  });
  return after;
}
