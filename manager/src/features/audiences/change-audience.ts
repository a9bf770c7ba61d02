import { isDeepStrictEqual } from 'node:util';
import { type Audience, matchSchema, type PatchAudience, Problem } from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { audiences, searchTextOf } from '../../platform/database/index.ts';
import { type Actor, type IfMatch, requireRevision, requireUnchanged } from '../../platform/http/index.ts';
import { type WriteDeps, writeProject } from '../publishing/index.ts';
import { checkAudience, loadProjectModel, loadVocabulary, usersOfAudience } from '../targeting/index.ts';
import { toAudience } from './audience.ts';
import { findAudience } from './find-audience.ts';

/** Which audience is changed, by whom, and which revision of it they saw. */
export interface AudienceChange {
  readonly actor: Actor;
  readonly project: string;
  readonly audience: string;
  readonly ifMatch: IfMatch;
}

/** Changes an audience; who is in it changes in every environment at once. */
export function patchAudience(
  deps: WriteDeps,
  change: AudienceChange,
  patch: PatchAudience,
): Promise<Audience> {
  return writeProject(deps, change, async ({ tx, at, project, record }) => {
    const row = await findAudience(tx, project, change.audience);
    const before = toAudience(row, project.key);
    requireRevision(change.ifMatch, `change audience "${row.key}"`, before);
    requireUnchanged(before, patch, ['key']);
    if (patch.match !== undefined) {
      checkAudience(row.key, patch.match, await loadVocabulary(tx, project.id));
    }
    const edited = {
      name: patch.name ?? before.name,
      description: patch.description === undefined ? before.description : patch.description,
      match: patch.match === undefined ? before.match : matchSchema.parse(patch.match),
    };
    const { name, description, match } = before;
    if (isDeepStrictEqual(edited, { name, description, match })) return before;
    const set = {
      ...edited,
      searchText: searchTextOf({ key: row.key, name: edited.name }),
      revision: row.revision + 1,
      updatedAt: at,
    };
    await tx.update(audiences).set(set).where(eq(audiences.id, row.id));
    const after = toAudience({ ...row, ...set }, project.key);
    record({ action: 'audience.update', entity: { kind: 'audience', key: row.key }, before, after });
    return after;
  });
}

/** Deletes an audience that no flag and no other audience uses. */
export function deleteAudience(deps: WriteDeps, change: AudienceChange): Promise<void> {
  return writeProject(deps, change, async ({ tx, project, record }) => {
    const row = await findAudience(tx, project, change.audience);
    const before = toAudience(row, project.key);
    requireRevision(change.ifMatch, `delete audience "${row.key}"`, before);
    const usedBy = usersOfAudience(await loadProjectModel(tx, project.id), row.key);
    if (usedBy.length > 0) {
      throw new Problem('in_use', `Cannot delete audience "${row.key}": it is in use`, { usedBy });
    }
    await tx.delete(audiences).where(eq(audiences.id, row.id));
    record({ action: 'audience.delete', entity: { kind: 'audience', key: row.key }, before });
  });
}
