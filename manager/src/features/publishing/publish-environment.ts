import { createHash } from 'node:crypto';
import { canonicalJson } from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { environments, type Queries, snapshots } from '../../platform/database/index.ts';
import { compileEnvironment } from './compile-environment.ts';
import { loadRuleset } from './load-ruleset.ts';
import type { EnvironmentRow } from './write.ts';

/**
 * Compiles an environment whose row is locked, and keeps the result as the environment's snapshot, one version further,
 * when it differs from the one that is there. Answers whether it did.
 */
export async function publishEnvironment(tx: Queries, environment: EnvironmentRow): Promise<boolean> {
  const ruleset = await loadRuleset(tx, environment);
  const [stored] = await tx
    .select({ hash: snapshots.hash })
    .from(snapshots)
    .where(eq(snapshots.documentId, environment.id));
  // The version is part of the content, so that "unchanged" can only be asked of the version that is stored.
  if (stored !== undefined && stored.hash === hashOf(Buffer.from(canonicalJson(ruleset), 'utf8')))
    return false;
  const version = environment.version + 1;
  const payload = compileEnvironment({ ...ruleset, version });
  await tx.update(environments).set({ version }).where(eq(environments.id, environment.id));
  await keepSnapshot(tx, environment.id, { epoch: environment.epoch, version, payload });
  return true;
}

/** Upserts a document's snapshot; the row is the outbox that publishers read. */
export async function keepSnapshot(
  tx: Queries,
  documentId: string,
  { epoch, version, payload }: { epoch: number; version: number; payload: Uint8Array },
): Promise<void> {
  const row = { epoch, version, hash: hashOf(payload), payload };
  await tx
    .insert(snapshots)
    .values({ documentId, ...row })
    .onConflictDoUpdate({ target: snapshots.documentId, set: row });
}

/** SHA-256 in hex: what tells two contents at the same version apart. */
export function hashOf(payload: Uint8Array): string {
  return createHash('sha256').update(payload).digest('hex');
}
