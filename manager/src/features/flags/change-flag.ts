import { isDeepStrictEqual } from 'node:util';
import { type Flag, type NamedVariation, type PatchFlag, Problem, type UsedBy } from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { flags } from '../../platform/database/index.ts';
import {
  type Actor,
  findings,
  type IfMatch,
  requireRevision,
  requireUnchanged,
} from '../../platform/http/index.ts';
import { type ProjectUnit, type WriteDeps, writeProject } from '../publishing/index.ts';
import { loadProjectModel, usersOfVariation } from '../targeting/index.ts';
import { checkVariations } from './check-variations.ts';
import { findFlag } from './find-flag.ts';
import { type FlagRow, flagSearchText, toFlag, withoutEmptyName } from './flag.ts';

/** Which flag is changed, by whom, and which revision of it they saw. */
export interface FlagChange {
  readonly actor: Actor;
  readonly project: string;
  readonly flag: string;
  readonly ifMatch: IfMatch;
}

/**
 * Changes what a flag is in every environment. How it is configured in one lies in rows of their own, which no edit here
 * writes: a title that is saved while somebody pulls the kill switch cannot turn the flag back on.
 */
export function patchFlag(deps: WriteDeps, change: FlagChange, patch: PatchFlag): Promise<Flag> {
  return writeProject(deps, change, async (unit) => {
    const { tx, at, project } = unit;
    const row = await findFlag(tx, project, change.flag);
    const before = toFlag(row, project.key);
    requireRevision(change.ifMatch, `change flag "${row.key}"`, before);
    requireUnchanged(before, patch, ['key', 'kind', 'salt', 'archived']);
    const variations = (patch.variations ?? before.variations).map(withoutEmptyName);
    await requireVariations(unit, row, variations);
    const edited = {
      name: patch.name ?? before.name,
      description: patch.description === undefined ? before.description : patch.description,
      variations,
      clientVisible: patch.clientVisible ?? before.clientVisible,
      tags: patch.tags === undefined ? before.tags : [...new Set(patch.tags ?? [])],
      owner: patch.owner === undefined ? before.owner : patch.owner,
      lifetime: patch.lifetime ?? before.lifetime,
    };
    if (isDeepStrictEqual({ ...before, ...edited }, before)) return before;
    const set = {
      ...edited,
      searchText: flagSearchText({ ...edited, key: row.key }),
      revision: row.revision + 1,
      updatedAt: at,
    };
    await tx.update(flags).set(set).where(eq(flags.id, row.id));
    const after = toFlag({ ...row, ...set }, project.key);
    unit.record({ action: 'flag.update', entity: { kind: 'flag', key: row.key }, before, after });
    return after;
  });
}

async function requireVariations(
  { tx, project }: ProjectUnit,
  row: FlagRow,
  variations: readonly NamedVariation[],
): Promise<void> {
  const found = findings();
  checkVariations(row.kind, variations, found);
  found.throwIfAny(`change flag "${row.key}"`);
  const kept = new Set(variations.map(({ key }) => key));
  const left = row.variations.map(({ key }) => key).filter((key) => !kept.has(key));
  if (left.length === 0) return;
  const model = await loadProjectModel(tx, project.id);
  const usedBy: UsedBy[] = left.flatMap((variation) =>
    usersOfVariation(model, row.key, variation).map((user) => ({ ...user, variation })),
  );
  if (usedBy.length === 0) return;
  const names = [...new Set(usedBy.map(({ variation }) => JSON.stringify(variation)))].join(', ');
  throw new Problem('in_use', `Cannot leave out variations of flag "${row.key}" that are served: ${names}`, {
    usedBy,
  });
}
