import type { PatchProject, Project } from '@fauna-flags/protocol';
import { eq, inArray } from 'drizzle-orm';
import { projects, searchTextOf, snapshots } from '../../platform/database/index.ts';
import {
  type Actor,
  type IfMatch,
  requireConfirm,
  requireRevision,
  requireUnchanged,
} from '../../platform/http/index.ts';
import { type WriteDeps, writeProject } from '../publishing/index.ts';
import { toProject } from './project.ts';

/** Which project is changed, by whom, and which revision of it they saw. */
export interface ProjectChange {
  readonly actor: Actor;
  readonly project: string;
  readonly ifMatch: IfMatch;
  readonly confirm: string | undefined;
}

/** Changes a project's name. */
export function patchProject(deps: WriteDeps, change: ProjectChange, patch: PatchProject): Promise<Project> {
  return writeProject(deps, change, async ({ tx, at, project, record }) => {
    const before = toProject(project);
    requireRevision(change.ifMatch, `change project "${before.key}"`, before);
    requireUnchanged(before, patch, ['key']);
    const name = patch.name ?? before.name;
    if (name === before.name) return before;
    const [row] = await tx
      .update(projects)
      .set({
        name,
        searchText: searchTextOf({ key: before.key, name }),
        revision: before.revision + 1,
        updatedAt: at,
      })
      .where(eq(projects.id, project.id))
      .returning();
    const after = toProject(row ?? project);
    record({ action: 'project.update', entity: { kind: 'project', key: before.key }, before, after });
    return after;
  });
}

/** Deletes a project with everything in it; its SDK keys stop working at once. */
export function deleteProject(deps: WriteDeps, change: ProjectChange): Promise<void> {
  return writeProject(deps, { ...change, keys: true }, async ({ tx, project, environments, record }) => {
    const before = toProject(project);
    const what = `delete project "${before.key}"`;
    requireRevision(change.ifMatch, what, before);
    // They are locked in the order of their ids, which means nothing to people.
    const asListed = [...environments].sort((a, b) => a.place - b.place);
    requireConfirm(change.confirm, what, asListed);
    const documentIds = environments.map(({ id }) => id);
    if (documentIds.length > 0) await tx.delete(snapshots).where(inArray(snapshots.documentId, documentIds));
    await tx.delete(projects).where(eq(projects.id, project.id));
    record({ action: 'project.delete', entity: { kind: 'project', key: before.key }, before });
  });
}
