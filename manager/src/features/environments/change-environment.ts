import { isDeepStrictEqual } from 'node:util';
import type { Environment, PatchEnvironment } from '@fauna-flags/protocol';
import { Problem } from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { environments, searchTextOf, snapshots } from '../../platform/database/index.ts';
import {
  type EnvironmentScope,
  type IfMatch,
  requireConfirm,
  requireRevision,
  requireUnchanged,
} from '../../platform/http/index.ts';
import { type WriteDeps, writeEnvironment, writeProject } from '../publishing/index.ts';
import { checkSignedContexts } from './check-signed-contexts.ts';
import { toEnvironment } from './environment.ts';

/** Which environment is changed, by whom, and which revision of it they saw. */
export interface EnvironmentChange extends EnvironmentScope {
  readonly ifMatch: IfMatch;
}

/** Changes an environment's name, and what it demands of changes and of contexts. Its ruleset stays as it is. */
export function patchEnvironment(
  deps: WriteDeps,
  change: EnvironmentChange,
  patch: PatchEnvironment,
): Promise<Environment> {
  const keys = patch.signedContexts !== undefined || patch.unsignedAttributes !== undefined;
  return writeEnvironment(deps, { ...change, keys }, async ({ tx, at, environment, record }) => {
    const before = toEnvironment(environment, change.project);
    const what = `change environment "${before.key}"`;
    requireRevision(change.ifMatch, what, before);
    requireUnchanged(before, patch, ['key']);
    // Else whoever forgot to confirm could switch the asking off and go on.
    requireConfirm(change.confirm, what, [environment]);
    const name = patch.name ?? before.name;
    const confirmChanges = patch.confirmChanges ?? before.confirmChanges;
    const signedContexts = patch.signedContexts ?? before.signedContexts;
    const { unsignedAttributes: wanted = before.unsignedAttributes } = patch;
    const unsignedAttributes = [...new Set(wanted)];
    const set = { name, confirmChanges, signedContexts, unsignedAttributes };
    if (isDeepStrictEqual({ ...before, ...set }, before)) return before;
    await checkSignedContexts(tx, environment, { what, before, after: set });
    const row = {
      ...set,
      searchText: searchTextOf({ key: before.key, name }),
      revision: before.revision + 1,
      updatedAt: at,
    };
    await tx.update(environments).set(row).where(eq(environments.id, environment.id));
    const after = toEnvironment({ ...environment, ...row }, change.project);
    record({
      action: 'environment.update',
      entity: { kind: 'environment', key: before.key },
      environment: before.key,
      before,
      after,
    });
    return after;
  });
}

/** Deletes an environment with its configurations and SDK keys, which stop working at once. */
export function deleteEnvironment(deps: WriteDeps, change: EnvironmentChange): Promise<void> {
  const { actor, project } = change;
  return writeProject(deps, { actor, project, keys: true }, async ({ tx, record, ...unit }) => {
    const environment = unit.environments.find(({ key }) => key === change.environment);
    if (environment === undefined) {
      throw new Problem(
        'not_found',
        `Cannot find environment "${change.environment}" in project "${project}"`,
      );
    }
    const before = toEnvironment(environment, project);
    const what = `delete environment "${before.key}"`;
    requireRevision(change.ifMatch, what, before);
    requireConfirm(change.confirm, what, [environment]);
    await tx.delete(snapshots).where(eq(snapshots.documentId, environment.id));
    await tx.delete(environments).where(eq(environments.id, environment.id));
    record({
      action: 'environment.delete',
      entity: { kind: 'environment', key: before.key },
      environment: before.key,
      before,
    });
  });
}
