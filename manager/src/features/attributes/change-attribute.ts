import { type Attribute, type PatchAttribute, Problem } from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { attributes, searchTextOf } from '../../platform/database/index.ts';
import { type Actor, type IfMatch, requireRevision, requireUnchanged } from '../../platform/http/index.ts';
import { type WriteDeps, writeProject } from '../publishing/index.ts';
import { loadProjectModel, usersOfAttribute } from '../targeting/index.ts';
import { toAttribute } from './attribute.ts';
import { findAttribute } from './find-attribute.ts';

/** Which attribute is changed, by whom, and which revision of it they saw. */
export interface AttributeChange {
  readonly actor: Actor;
  readonly project: string;
  readonly attribute: string;
  readonly ifMatch: IfMatch;
}

/** Changes what an attribute is called; what it is never changes. */
export function patchAttribute(
  deps: WriteDeps,
  change: AttributeChange,
  patch: PatchAttribute,
): Promise<Attribute> {
  return writeProject(deps, change, async ({ tx, at, project, record }) => {
    const row = await findAttribute(tx, project, change.attribute);
    const before = toAttribute(row, project.key);
    requireRevision(change.ifMatch, `change attribute "${row.key}"`, before);
    requireUnchanged(before, patch, ['key', 'type']);
    const name = patch.name === undefined ? before.name : patch.name;
    const description = patch.description === undefined ? before.description : patch.description;
    if (name === before.name && description === before.description) return before;
    const set = {
      name,
      description,
      searchText: searchTextOf({ key: row.key, name }),
      revision: row.revision + 1,
      updatedAt: at,
    };
    await tx.update(attributes).set(set).where(eq(attributes.id, row.id));
    const after = toAttribute({ ...row, ...set }, project.key);
    record({ action: 'attribute.update', entity: { kind: 'attribute', key: row.key }, before, after });
    return after;
  });
}

/** Deletes an attribute that nothing asks and nothing buckets by. */
export function deleteAttribute(deps: WriteDeps, change: AttributeChange): Promise<void> {
  return writeProject(deps, change, async ({ tx, project, record }) => {
    const row = await findAttribute(tx, project, change.attribute);
    const before = toAttribute(row, project.key);
    requireRevision(change.ifMatch, `delete attribute "${row.key}"`, before);
    const usedBy = usersOfAttribute(await loadProjectModel(tx, project.id), row.key);
    if (usedBy.length > 0) {
      throw new Problem('in_use', `Cannot delete attribute "${row.key}": it is in use`, { usedBy });
    }
    await tx.delete(attributes).where(eq(attributes.id, row.id));
    record({ action: 'attribute.delete', entity: { kind: 'attribute', key: row.key }, before });
  });
}
