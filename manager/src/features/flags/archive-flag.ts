import { type Flag, Problem } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import { environments, flagConfigurations, flags } from '../../platform/database/index.ts';
import { findings, requireRevision } from '../../platform/http/index.ts';
import { type WriteDeps, writeProject } from '../publishing/index.ts';
import { loadProjectModel, usersOfFlag } from '../targeting/index.ts';
import type { FlagChange } from './change-flag.ts';
import { findFlag } from './find-flag.ts';
import { toFlag } from './flag.ts';

/** Takes a flag out of every environment's ruleset. Archiving an archived flag changes nothing. */
export function archiveFlag(deps: WriteDeps, change: Omit<FlagChange, 'ifMatch'>): Promise<Flag> {
  return writeProject(deps, change, async ({ tx, at, project, record }) => {
    const row = await findFlag(tx, project, change.flag);
    const before = toFlag(row, project.key);
    if (row.archivedAt !== null) return before;
    const usedBy = usersOfFlag(await loadProjectModel(tx, project.id), row.key, { archivedToo: false });
    if (usedBy.length > 0) {
      throw new Problem('in_use', `Cannot archive flag "${row.key}": other flags have it as a prerequisite`, {
        usedBy,
      });
    }
    const set = { archivedAt: at, revision: row.revision + 1, updatedAt: at };
    await tx.update(flags).set(set).where(eq(flags.id, row.id));
    const after = toFlag({ ...row, ...set }, project.key);
    record({ action: 'flag.archive', entity: { kind: 'flag', key: row.key }, before, after });
    return after;
  });
}

/** Brings an archived flag back as it was, on where it was on. */
export function restoreFlag(deps: WriteDeps, change: Omit<FlagChange, 'ifMatch'>): Promise<Flag> {
  return writeProject(deps, change, async ({ tx, at, project, record }) => {
    const row = await findFlag(tx, project, change.flag);
    const before = toFlag(row, project.key);
    if (row.archivedAt === null) return before;
    const model = await loadProjectModel(tx, project.id);
    const found = findings();
    for (const { flag, environment, configuration } of model.configurations) {
      if (flag !== row.key) continue;
      for (const prerequisite of configuration.prerequisites) {
        if (model.flags.get(prerequisite.flag)?.archived !== true) continue;
        found.add(
          'prerequisites',
          `must be restored first: "${prerequisite.flag}", in environment "${environment}"`,
        );
      }
    }
    found.throwIfAny(`restore flag "${row.key}"`);
    const set = { archivedAt: null, revision: row.revision + 1, updatedAt: at };
    await tx.update(flags).set(set).where(eq(flags.id, row.id));
    const after = toFlag({ ...row, ...set }, project.key);
    record({ action: 'flag.restore', entity: { kind: 'flag', key: row.key }, before, after });
    return after;
  });
}

/** Deletes a flag for good: only one that is archived, off everywhere and nobody's prerequisite. */
export function deleteFlag(deps: WriteDeps, change: FlagChange): Promise<void> {
  return writeProject(deps, change, async ({ tx, project, record }) => {
    const row = await findFlag(tx, project, change.flag);
    const before = toFlag(row, project.key);
    requireRevision(change.ifMatch, `delete flag "${row.key}"`, before);
    const on = await tx
      .select({ key: environments.key })
      .from(flagConfigurations)
      .innerJoin(environments, eq(environments.id, flagConfigurations.environmentId))
      .where(and(eq(flagConfigurations.flagId, row.id), eq(flagConfigurations.enabled, true)))
      .orderBy(environments.place);
    const missing = [
      ...(row.archivedAt === null ? ['it is not archived'] : []),
      ...(on.length > 0 ? [`it is still on in ${on.map(({ key }) => JSON.stringify(key)).join(', ')}`] : []),
    ];
    if (missing.length > 0) {
      throw new Problem(
        'still_on',
        `Cannot delete flag "${row.key}": a flag must be off everywhere and archived before it can be deleted, and ${missing.join(' and ')}`,
        on.length > 0 ? { usedBy: on.map(({ key }) => ({ kind: 'environment', key })) } : {},
      );
    }
    const usedBy = usersOfFlag(await loadProjectModel(tx, project.id), row.key, { archivedToo: true });
    if (usedBy.length > 0) {
      throw new Problem('in_use', `Cannot delete flag "${row.key}": other flags have it as a prerequisite`, {
        usedBy,
      });
    }
    await tx.delete(flags).where(eq(flags.id, row.id));
    record({ action: 'flag.delete', entity: { kind: 'flag', key: row.key }, before });
  });
}
