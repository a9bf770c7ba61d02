import type { FlagDifference, Page } from '@fauna-flags/protocol';
import { aliasedTable, and, asc, eq, gt, isNull, or, type SQL, sql } from 'drizzle-orm';
import {
  type Database,
  flagConfigurations,
  flags,
  keyOrder,
  searchIn,
} from '../../platform/database/index.ts';
import { type ListRequest, pageOf } from '../../platform/http/index.ts';
import { findEnvironment } from '../environments/index.ts';
import { changesBetween } from './changes-between.ts';
import { type ConfigurationRow, toConfiguration } from './configuration.ts';

const fromRow = aliasedTable(flagConfigurations, 'from_configuration');
const toRow = aliasedTable(flagConfigurations, 'to_configuration');

/**
 * The flags that are configured otherwise in one environment than in another, in the order of their keys, each with what
 * differs. Archived flags are served nowhere, and left out. Three statements a page, however long it is.
 */
export async function compareEnvironments(
  database: Database,
  project: string,
  { from, to, limit, cursor, query }: ListRequest & { readonly from: string; readonly to: string },
): Promise<Page<FlagDifference>> {
  const one = await findEnvironment(database.read, { project, environment: from });
  const other = await findEnvironment(database.read, { project, environment: to });
  const rows = await database.read
    .select({ flag: { key: flags.key, name: flags.name }, from: fromRow, to: toRow })
    .from(flags)
    .innerJoin(fromRow, and(eq(fromRow.flagId, flags.id), eq(fromRow.environmentId, one.id)))
    .innerJoin(toRow, and(eq(toRow.flagId, flags.id), eq(toRow.environmentId, other.id)))
    .where(
      and(
        eq(flags.projectId, one.projectId),
        isNull(flags.archivedAt),
        cursor === undefined ? undefined : gt(keyOrder(flags.key), cursor),
        query === undefined ? undefined : searchIn(flags.searchText, query),
        differs,
      ),
    )
    .orderBy(asc(keyOrder(flags.key)))
    .limit(limit + 1);
  return pageOf(rows, limit, {
    item: ({ flag, from: old, to: now }) => ({
      flag: flag.key,
      name: flag.name,
      from: summaryOf(old),
      to: summaryOf(now),
      changes: [...changesBetween(comparable(old, flag.key), comparable(now, flag.key))],
    }),
    place: ({ flag }) => flag.key,
  });
}

/** Texts first: they are equal where a configuration was copied, and only where they are not is it read as JSON. */
const differs = or(
  sql`${fromRow.enabled} <> ${toRow.enabled}`,
  sql`${fromRow.offVariation} <> ${toRow.offVariation}`,
  ...(['prerequisites', 'targets', 'defaultServe'] as const).map((name) => {
    const [from, to] = [fromRow[name], toRow[name]];
    return sql`(${from}::text <> ${to}::text AND ${from}::jsonb <> ${to}::jsonb)`;
  }),
  sql`(${fromRow.rules}::text <> ${toRow.rules}::text AND ${rulesOf(fromRow)} IS DISTINCT FROM ${rulesOf(toRow)})`,
);

/** Rules without their ids: two that were written in two environments have two, and say the same. */
function rulesOf({ rules }: typeof fromRow | typeof toRow): SQL {
  return sql`(SELECT jsonb_agg(rule::jsonb - 'id' ORDER BY place) FROM json_array_elements(${rules}) WITH ORDINALITY AS listed (rule, place))`;
}

function comparable(row: ConfigurationRow, flag: string) {
  const configuration = toConfiguration(row, { flag, environment: '' });
  return { ...configuration, rules: configuration.rules.map(({ id: _, ...rule }) => rule) };
}

function summaryOf({ enabled, revision, updatedAt }: ConfigurationRow) {
  return { enabled, revision, updatedAt: updatedAt.toISOString() };
}
