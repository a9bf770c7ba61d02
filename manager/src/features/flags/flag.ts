import type { Flag, NamedVariation } from '@fauna-flags/protocol';
import { type flags, searchTextOf } from '../../platform/database/index.ts';

/** A flag as the database holds it. */
export type FlagRow = typeof flags.$inferSelect;

/** A flag as answers and the audit trail carry it. */
export function toFlag(row: FlagRow, project: string): Flag {
  return {
    id: row.id,
    project,
    key: row.key,
    name: row.name,
    description: row.description,
    kind: row.kind,
    salt: row.salt,
    variations: row.variations.map(withoutEmptyName),
    clientVisible: row.clientVisible,
    tags: [...row.tags],
    owner: row.owner,
    lifetime: row.lifetime,
    archived: row.archivedAt !== null,
    archivedAt: row.archivedAt?.toISOString() ?? null,
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** What a flag is found by: its key, its name and its tags. */
export function flagSearchText({ key, name, tags }: Pick<Flag, 'key' | 'name' | 'tags'>): string {
  return searchTextOf({ key, name: [name, ...tags].join('\n') });
}

/** A variation as it is kept: a name that was cleared is no name. */
export function withoutEmptyName({ key, value, name }: NamedVariation): NamedVariation {
  return name === undefined || name === null ? { key, value } : { key, value, name };
}
