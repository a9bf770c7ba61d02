import { formatSdkKey, Problem, type RotateSdkKey, type SdkKey } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import { type Queries, sdkKeys } from '../../platform/database/index.ts';
import {
  type EnvironmentScope,
  type IfMatch,
  isUuid,
  requireConfirm,
  requireRevision,
} from '../../platform/http/index.ts';
import { type EnvironmentRow, type WriteDeps, writeEnvironment } from '../publishing/index.ts';
import { sdkKeyBytes } from './create-sdk-key.ts';
import { insertSdkKey } from './insert-sdk-key.ts';
import { type SdkKeyRow, stateOf, toSdkKey } from './sdk-key.ts';

/** Which key is changed, and by whom. */
export interface SdkKeyChange extends EnvironmentScope {
  readonly id: string;
}

/**
 * Puts a new key in an old one's place. The old one goes on working until the grace ends, so that applications can change
 * over one after another; without grace it is revoked at once.
 */
export function rotateSdkKey(
  deps: WriteDeps,
  change: SdkKeyChange,
  { graceSeconds }: RotateSdkKey,
): Promise<SdkKey> {
  return writeEnvironment(deps, { ...change, keys: true }, async ({ tx, at, environment, record }) => {
    const old = await findSdkKey(tx, environment, change.id);
    requireConfirm(change.confirm, `rotate SDK key "${old.name}"`, [environment]);
    requireActive(old, at);
    const text = formatSdkKey(old.kind, deps.randomBytes(sdkKeyBytes));
    const { environmentId, name, kind, origins } = old;
    const row = await insertSdkKey(tx, at, { environmentId, name, kind, text, origins, expiresAt: null });
    const end = new Date(at.getTime() + graceSeconds * 1_000);
    const set = {
      ...(graceSeconds === 0
        ? { state: 'revoked' as const, revokedAt: at }
        : // Rotating must never make a key live longer than it would have.
          { expiresAt: old.expiresAt !== null && old.expiresAt < end ? old.expiresAt : end }),
      replacedBy: row.id,
      revision: old.revision + 1,
      updatedAt: at,
    };
    await tx.update(sdkKeys).set(set).where(eq(sdkKeys.id, old.id));
    const sdkKey = toSdkKey(row, environment.key, at);
    record({
      action: 'sdk-key.rotate',
      entity: { kind: 'sdk-key', key: old.id },
      environment: environment.key,
      before: toSdkKey(old, environment.key, at),
      after: toSdkKey({ ...old, ...set }, environment.key, at),
    });
    record({
      action: 'sdk-key.create',
      entity: { kind: 'sdk-key', key: row.id },
      environment: environment.key,
      after: sdkKey,
    });
    return { ...sdkKey, key: text };
  });
}

/** Revokes a key at once, on open streams too. Revoking a revoked key changes nothing. */
export function revokeSdkKey(
  deps: WriteDeps,
  change: SdkKeyChange & { readonly ifMatch: IfMatch },
): Promise<void> {
  return writeEnvironment(deps, { ...change, keys: true }, async ({ tx, at, environment, record }) => {
    const row = await findSdkKey(tx, environment, change.id);
    const before = toSdkKey(row, environment.key, at);
    const what = `revoke SDK key "${row.name}"`;
    requireRevision(change.ifMatch, what, before);
    requireConfirm(change.confirm, what, [environment]);
    if (row.state === 'revoked') return;
    const set = { state: 'revoked' as const, revokedAt: at, revision: row.revision + 1, updatedAt: at };
    await tx.update(sdkKeys).set(set).where(eq(sdkKeys.id, row.id));
    record({
      action: 'sdk-key.revoke',
      entity: { kind: 'sdk-key', key: row.id },
      environment: environment.key,
      before,
      after: toSdkKey({ ...row, ...set }, environment.key, at),
    });
  });
}

/** Only one key can take another one's place, and nothing takes the place of a key that works no more. */
function requireActive(row: SdkKeyRow, now: Date): void {
  const refuse = (reason: string) =>
    new Problem('unprocessable', `Cannot rotate SDK key "${row.name}": ${reason}`);
  switch (stateOf(row, now)) {
    case 'active':
      return;
    case 'grace':
      throw refuse(`it was rotated already: rotate the key in its place, "${row.replacedBy}"`);
    case 'expired':
      throw refuse(`it expired at ${row.expiresAt?.toISOString()}: create a new one`);
    case 'revoked':
      throw refuse('it is revoked: create a new one');
  }
}

/** The key with this id in the environment; 404 when there is none. */
export async function findSdkKey(
  queries: Queries,
  environment: Pick<EnvironmentRow, 'id' | 'key'>,
  id: string,
): Promise<SdkKeyRow> {
  const [row] = isUuid(id)
    ? await queries
        .select()
        .from(sdkKeys)
        .where(and(eq(sdkKeys.id, id), eq(sdkKeys.environmentId, environment.id)))
    : [];
  if (row === undefined) {
    throw new Problem('not_found', `Cannot find SDK key "${id}" in environment "${environment.key}"`);
  }
  return row;
}
