import { Problem } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import { contextSecrets } from '../../platform/database/index.ts';
import {
  type EnvironmentScope,
  type IfMatch,
  requireConfirm,
  requireRevision,
} from '../../platform/http/index.ts';
import { type WriteDeps, writeEnvironment } from '../publishing/index.ts';
import { toContextSecret } from './context-secret.ts';

/** Which secret is deleted, by whom, and which revision of it they saw. */
export interface ContextSecretDeletion extends EnvironmentScope {
  readonly kid: string;
  readonly ifMatch: IfMatch;
}

/** Deletes a secret: what was signed with it is refused from now on. The last one stays while signatures are demanded. */
export function deleteContextSecret(deps: WriteDeps, deletion: ContextSecretDeletion): Promise<void> {
  return writeEnvironment(deps, { ...deletion, keys: true }, async ({ tx, environment, record }) => {
    const rows = await tx
      .select()
      .from(contextSecrets)
      .where(eq(contextSecrets.environmentId, environment.id));
    const row = rows.find(({ kid }) => kid === deletion.kid);
    if (row === undefined)
      throw new Problem(
        'not_found',
        `Cannot find context secret "${deletion.kid}" in environment "${environment.key}"`,
      );
    const before = toContextSecret(row, environment.key);
    const what = `delete context secret "${row.kid}"`;
    requireRevision(deletion.ifMatch, what, before);
    requireConfirm(deletion.confirm, what, [environment]);
    if (environment.signedContexts && rows.length === 1)
      throw new Problem(
        'in_use',
        `Cannot ${what}: environment "${environment.key}" takes signed contexts only, and it is the last one; create another first, or set "signedContexts" to false`,
        { usedBy: [{ kind: 'environment', key: environment.key }] },
      );
    await tx
      .delete(contextSecrets)
      .where(and(eq(contextSecrets.environmentId, environment.id), eq(contextSecrets.kid, row.kid)));
    record({
      action: 'context-secret.delete',
      entity: { kind: 'context-secret', key: row.kid },
      environment: environment.key,
      before,
    });
  });
}
